/** Any storage, with faults that a test orders one by one. */
import { PersistRejectedError } from "../errors.ts";
import type { OpenStorage, Storage, StorageContext } from "../storage/storage.ts";
import { interceptStore, type StorageOperation } from "./intercept-store.ts";

interface Fault {
  readonly operation: StorageOperation;
  readonly persistenceId: string | undefined;
  readonly error: (persistenceId: string) => Error;
}

interface Hold {
  readonly operation: StorageOperation;
  readonly persistenceId: string | undefined;
  readonly released: Promise<void>;
  readonly release: () => void;
}

/** A storage whose operations fail on demand. Faults stack: each meets one operation, in the order they were given. */
export interface FaultyStorage extends Storage {
  /** The next such operation (of this id, if given) is not carried out and rejects with `error`: to the caller its outcome is unknown. */
  failNext(operation: StorageOperation, persistenceId?: string, error?: Error): void;
  /** The next such operation is not carried out and rejects with PersistRejectedError: surely nothing was stored. */
  rejectNext(operation: StorageOperation, persistenceId?: string, cause?: Error): void;
  /** From now on such operations wait for {@link release}; they go on in their order. */
  hold(operation: StorageOperation, persistenceId?: string): void;
  /** Ends every {@link hold} of this operation and id. */
  release(operation: StorageOperation, persistenceId?: string): void;
}

/** Wraps a storage. Without orders it behaves as the storage itself. */
export function faultyStorage(storage: Storage): FaultyStorage {
  return new Faulty(storage);
}

class Faulty implements FaultyStorage {
  readonly description: string;
  readonly #storage: Storage;
  readonly #faults: Fault[] = [];
  #holds: readonly Hold[] = [];
  /** The last of the operations of one kind and id that are held up: what comes later goes on behind it. */
  readonly #heldUp = new Map<string, Promise<void>>();

  constructor(storage: Storage) {
    this.#storage = storage;
    this.description = `faulty ${storage.description}`;
  }

  failNext(
    operation: StorageOperation,
    persistenceId?: string,
    error = new Error(`ordered fault in ${operation}`),
  ): void {
    this.#faults.push({ operation, persistenceId, error: () => error });
  }

  rejectNext(
    operation: StorageOperation,
    persistenceId?: string,
    cause = new Error(`ordered rejection of ${operation}`),
  ): void {
    this.#faults.push({ operation, persistenceId, error: (id) => new PersistRejectedError(id, cause) });
  }

  hold(operation: StorageOperation, persistenceId?: string): void {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#holds = [...this.#holds, { operation, persistenceId, released, release }];
  }

  release(operation: StorageOperation, persistenceId?: string): void {
    const ended = (hold: Hold): boolean => hold.operation === operation && hold.persistenceId === persistenceId;
    for (const hold of this.#holds) if (ended(hold)) hold.release();
    this.#holds = this.#holds.filter((hold) => !ended(hold));
  }

  async open(context: StorageContext): Promise<OpenStorage> {
    return interceptStore(await this.#storage.open(context), (operation, id) => this.#meet(operation, id));
  }

  #meet(operation: StorageOperation, persistenceId: string): Promise<void> {
    const key = `${operation} ${persistenceId}`;
    const before = this.#heldUp.get(key);
    const held = before !== undefined || this.#holdOn(operation, persistenceId) !== undefined;
    const obey = (): Promise<void> => this.#obey(operation, persistenceId);
    const passed = before ? before.then(obey, obey) : obey();
    if (!held) return passed;
    const forget = (): void => {
      if (this.#heldUp.get(key) === passed) this.#heldUp.delete(key);
    };
    this.#heldUp.set(key, passed);
    passed.then(forget, forget);
    return passed;
  }

  /** Carries out the orders for one operation. */
  async #obey(operation: StorageOperation, persistenceId: string): Promise<void> {
    for (let hold = this.#holdOn(operation, persistenceId); hold; hold = this.#holdOn(operation, persistenceId)) {
      await hold.released;
    }
    const index = this.#faults.findIndex((fault) => meets(fault, operation, persistenceId));
    const [fault] = index < 0 ? [] : this.#faults.splice(index, 1);
    if (fault) throw fault.error(persistenceId);
  }

  #holdOn(operation: StorageOperation, persistenceId: string): Hold | undefined {
    return this.#holds.find((hold) => meets(hold, operation, persistenceId));
  }
}

function meets(order: Fault | Hold, operation: StorageOperation, persistenceId: string): boolean {
  return order.operation === operation && (order.persistenceId ?? persistenceId) === persistenceId;
}
