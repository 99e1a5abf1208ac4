/** Whether the store may be used: it is open, and no write has failed. */
import { RekindleError, StorageFailedError } from "../../errors.ts";
import { storageError } from "../level-failure.ts";

/** One per open store. */
export class StoreHealth {
  readonly location: string;
  readonly #onFailure: (error: Error) => void;
  readonly #unknownStreams = new Set<string>();
  #failure: Error | undefined;
  #closed = false;

  constructor(location: string, onFailure: (error: Error) => void) {
    this.location = location;
    this.#onFailure = onFailure;
  }

  /** The first failed write: LevelDB would go on and lose what comes after it, so nothing is written any more. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Marks the store as failed; later writes are refused with the same error. Returns that error. */
  fail(cause: unknown): Error {
    const failure = storageError(this.location, "writing", cause);
    this.#failure = failure;
    return failure;
  }

  /** Whether the last write of this stream is stored can only be told after the store was opened again. */
  doubt(persistenceId: string): void {
    this.#unknownStreams.add(persistenceId);
  }

  announceFailure(): void {
    if (this.#failure) this.#onFailure(this.#failure);
  }

  markClosed(): void {
    this.#closed = true;
  }

  /** Why `doing` is refused, if it is: the store is closed; when that was because of a failed write, the failure. */
  refusal(doing: string): Error | undefined {
    if (!this.#closed) return undefined;
    return this.#failure ?? new StorageFailedError(this.location, doing, new Error("the store is closed"));
  }

  /** Why the end of this stream cannot be read, if it cannot. */
  doubtAbout(persistenceId: string): Error | undefined {
    return this.#unknownStreams.has(persistenceId) ? this.#failure : undefined;
  }

  /** What an error of LevelDB that came up while `doing` is reported as. */
  typed(doing: string, cause: unknown): Error {
    if (cause instanceof RekindleError) return cause;
    return this.refusal(doing) ?? storageError(this.location, doing, cause);
  }
}
