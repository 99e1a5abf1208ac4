/** A place that keeps events and snapshots: closed at first, opened by the actor system. */
import type { Clock } from "../clock.ts";
import type { Journal } from "./journal.ts";
import type { Maintenance } from "./maintenance.ts";
import type { SnapshotStore } from "./snapshot-store.ts";
import type { ViewStore } from "./view-store.ts";

/** What an actor system is given; it opens and closes the store. A storage can be opened again after it was closed. */
export interface Storage {
  /** Names the backend and the place in messages, such as `level:data/journal`. */
  readonly description: string;

  /**
   * @throws StorageLockedError, StorageCorruptedError, StorageFormatError, StorageFullError or StorageFailedError
   */
  open(context: StorageContext): Promise<OpenStorage>;
}

/** What a store needs from its host. */
export interface StorageContext {
  readonly clock: Clock;
  /** Told once per failure of the store as a whole, such as a full disk. */
  readonly onFailure: (error: Error) => void;
  /** Told when the store takes writes again after such a failure. */
  readonly onRecovered?: () => void;
  /** Told what was found and mended while the store was opened, such as a write that a crash had cut off. */
  readonly onWarning?: (message: string) => void;
}

/** A store that is open. */
export interface OpenStorage {
  readonly journal: Journal;
  readonly snapshots: SnapshotStore;
  readonly maintenance: Maintenance;
  /** Undefined when the backend keeps no read models. */
  readonly views?: ViewStore;

  /**
   * Of each stream whether the store has nothing of it, and never had: no event, pending ones included, and no snapshot. Optional, for a
   * backend that tells it of many streams for less than it takes to read each; where that is not easily told it may say false.
   */
  untouched?(persistenceIds: readonly string[]): Promise<readonly boolean[]>;

  /**
   * Nobody in this process is about to use the stream: what is kept of it in memory may go, unless somebody still needs it. Optional, for a
   * backend that keeps anything.
   */
  forget?(persistenceId: string): void;

  /** Finishes the writes that are pending, then releases everything. Later calls of any method fail with StorageFailedError. */
  close(): Promise<void>;
}
