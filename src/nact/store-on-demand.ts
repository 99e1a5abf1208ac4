/** A store that is opened by its first use, and closed once. */
import type { Clock } from "../clock.ts";
import { StorageFailedError } from "../errors.ts";
import type { OpenStorage, Storage } from "../storage/storage.ts";

/** An attempt to open that fails is reported to whoever waited for it; the next use tries again. */
export class StoreOnDemand {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #onFailure: (error: Error) => void;
  #opening: Promise<OpenStorage> | undefined;
  #closed: Promise<void> | undefined;

  constructor(storage: Storage, clock: Clock, onFailure: (error: Error) => void) {
    this.#storage = storage;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** @throws StorageFailedError after {@link close}, and whatever {@link Storage.open} throws */
  opened(phase: string): Promise<OpenStorage> {
    if (this.#closed) {
      const cause = new Error("the persistence engine has been closed");
      return Promise.reject(new StorageFailedError(this.#storage.description, phase, cause));
    }
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** Waits for the writes that are pending. Later calls return the same promise. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #open(): Promise<OpenStorage> {
    const context = { clock: this.#clock, onFailure: this.#onFailure };
    // In a later microtask: a storage that throws instead of rejecting would be forgotten before it is known.
    const opening = Promise.resolve().then(() => this.#storage.open(context));
    opening.catch(() => {
      this.#opening = undefined;
    });
    return opening;
  }

  async #close(): Promise<void> {
    const store = await this.#opening?.catch(() => undefined);
    await store?.close();
  }
}
