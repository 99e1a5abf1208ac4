/** What can be done with a whole store besides reading and writing: proving it, copying it, taking a stream out of it. */
import type { Journal } from "./journal.ts";

/** One thing that is wrong. */
export interface StorageFault {
  /** The record or the file. */
  readonly where: string;
  readonly problem: string;
}

/** What a full scrub found. */
export interface VerificationReport {
  /** No fault was found. */
  readonly ok: boolean;
  readonly faults: readonly StorageFault[];
  readonly streams: number;
  readonly events: number;
  readonly commits: number;
  readonly snapshots: number;
  /** The offset of the last event; 0 when there is none. */
  readonly highestOffset: number;
  /** Hex digest of the newest commit in the chain of all; the empty text when there is none, or the backend keeps no chain. */
  readonly headDigest: string;
}

/** How a scrub is watched and ended. */
export interface VerifyOptions {
  /** Called now and then with how much is done, in steps of the backend, and how much there is in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The maintenance of one open store. Writes may go on meanwhile. */
export interface Maintenance {
  /** Reads the whole store and reports every fault; it changes nothing. */
  verify(options?: VerifyOptions): Promise<VerificationReport>;

  /**
   * Copies the store as it is at one moment between two commits into a new `directory`, and proves the copy.
   *
   * @throws StorageFailedError when the directory exists, or the backend keeps nothing that could be copied
   */
  backup(directory: string): Promise<void>;

  /**
   * Removes all events, snapshots and index entries of a stream; its numbers are never used again. From the moment when that is durable
   * the stream is empty, its {@link Journal.purgedTo} its highest number; the content goes then, and after a crash or an error in between
   * with the next purge.
   */
  purge(persistenceId: string): Promise<void>;
}
