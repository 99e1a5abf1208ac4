/** Any storage, one operation at a time: each waits until the test lets it go on, so that interleavings are deterministic. */
import type { OpenStorage, Storage, StorageContext } from "../storage/storage.ts";
import { interceptStore, type StorageOperation } from "./intercept-store.ts";

/** An operation that waits for its turn. */
export interface WaitingOperation {
  readonly operation: StorageOperation;
  readonly persistenceId: string;
}

interface Waiter extends WaitingOperation {
  readonly go: () => void;
}

/** A storage in stepping mode. */
export interface SteppingStorage extends Storage {
  /** What waits, the oldest first. */
  readonly waiting: readonly WaitingOperation[];
  /** Lets the oldest operation go on, waiting for one if there is none. Resolves with what it was. */
  step(): Promise<WaitingOperation>;
  /** Ends stepping: everything that waits goes on, and nothing waits any more. */
  run(): void;
}

/** Wraps a storage so that every operation needs a {@link SteppingStorage.step}. */
export function steppingStorage(storage: Storage): SteppingStorage {
  return new Stepping(storage);
}

class Stepping implements SteppingStorage {
  readonly description: string;
  readonly #storage: Storage;
  readonly #waiters: Waiter[] = [];
  readonly #steps: ((waiter: Waiter) => void)[] = [];
  #running = false;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.description = `stepping ${storage.description}`;
  }

  get waiting(): readonly WaitingOperation[] {
    return this.#waiters.map(({ operation, persistenceId }) => ({ operation, persistenceId }));
  }

  async step(): Promise<WaitingOperation> {
    const { operation, persistenceId, go } = this.#waiters.shift() ?? (await this.#next());
    go();
    return { operation, persistenceId };
  }

  run(): void {
    this.#running = true;
    for (const { go } of this.#waiters.splice(0)) go();
  }

  async open(context: StorageContext): Promise<OpenStorage> {
    return interceptStore(await this.#storage.open(context), (operation, id) => this.#meet(operation, id));
  }

  #next(): Promise<Waiter> {
    return new Promise((resolve) => this.#steps.push(resolve));
  }

  #meet(operation: StorageOperation, persistenceId: string): Promise<void> {
    return new Promise((go) => {
      const waiter: Waiter = { operation, persistenceId, go };
      const step = this.#steps.shift();
      if (step) step(waiter);
      else if (this.#running) go();
      else this.#waiters.push(waiter);
    });
  }
}
