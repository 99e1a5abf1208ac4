/** Any storage, with faults that a test orders one by one. */
import { PersistRejectedError } from "../errors.ts";
import type { Journal } from "../storage/journal.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import type { OpenStorage, Storage, StorageContext } from "../storage/storage.ts";

/** What can be made to fail. */
export type FaultyOperation =
  | "append"
  | "read"
  | "highestSequenceNr"
  | "deleteTo"
  | "save"
  | "load"
  | "list"
  | "delete"
  | "deleteMatching";

interface Fault {
  readonly operation: FaultyOperation;
  readonly persistenceId: string | undefined;
  readonly error: (persistenceId: string) => Error;
}

interface Hold {
  readonly operation: FaultyOperation;
  readonly persistenceId: string | undefined;
  readonly released: Promise<void>;
  readonly release: () => void;
}

/** A storage whose operations fail on demand. Faults stack: each meets one operation, in the order they were given. */
export interface FaultyStorage extends Storage {
  /** The next such operation (of this id, if given) is not carried out and rejects with `error`: to the caller its outcome is unknown. */
  failNext(operation: FaultyOperation, persistenceId?: string, error?: Error): void;
  /** The next such operation is not carried out and rejects with PersistRejectedError: surely nothing was stored. */
  rejectNext(operation: FaultyOperation, persistenceId?: string, cause?: Error): void;
  /** From now on such operations wait for {@link release}; they go on in their order. */
  hold(operation: FaultyOperation, persistenceId?: string): void;
  /** Ends every {@link hold} of this operation and id. */
  release(operation: FaultyOperation, persistenceId?: string): void;
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

  constructor(storage: Storage) {
    this.#storage = storage;
    this.description = `faulty ${storage.description}`;
  }

  failNext(
    operation: FaultyOperation,
    persistenceId?: string,
    error = new Error(`ordered fault in ${operation}`),
  ): void {
    this.#faults.push({ operation, persistenceId, error: () => error });
  }

  rejectNext(
    operation: FaultyOperation,
    persistenceId?: string,
    cause = new Error(`ordered rejection of ${operation}`),
  ): void {
    this.#faults.push({ operation, persistenceId, error: (id) => new PersistRejectedError(id, cause) });
  }

  hold(operation: FaultyOperation, persistenceId?: string): void {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#holds = [...this.#holds, { operation, persistenceId, released, release }];
  }

  release(operation: FaultyOperation, persistenceId?: string): void {
    const ended = (hold: Hold): boolean => hold.operation === operation && hold.persistenceId === persistenceId;
    for (const hold of this.#holds) if (ended(hold)) hold.release();
    this.#holds = this.#holds.filter((hold) => !ended(hold));
  }

  async open(context: StorageContext): Promise<OpenStorage> {
    const { journal, snapshots, ...store } = await this.#storage.open(context).then(bound);
    return { ...store, journal: this.#faultyJournal(journal), snapshots: this.#faultySnapshots(snapshots) };
  }

  /** Carries out the orders for one operation. */
  async #meet(operation: FaultyOperation, persistenceId: string): Promise<void> {
    for (let hold = this.#holdOn(operation, persistenceId); hold; hold = this.#holdOn(operation, persistenceId)) {
      await hold.released;
    }
    const index = this.#faults.findIndex((fault) => meets(fault, operation, persistenceId));
    const [fault] = index < 0 ? [] : this.#faults.splice(index, 1);
    if (fault) throw fault.error(persistenceId);
  }

  #holdOn(operation: FaultyOperation, persistenceId: string): Hold | undefined {
    return this.#holds.find((hold) => meets(hold, operation, persistenceId));
  }

  #faultyJournal(journal: Journal): Journal {
    const meet = this.#meet.bind(this);
    return {
      backlog: journal.backlog,
      append: (request) => meet("append", request.persistenceId).then(() => journal.append(request)),
      read: async function* (persistenceId, range) {
        await meet("read", persistenceId);
        yield* journal.read(persistenceId, range);
      },
      highestSequenceNr: (id) => meet("highestSequenceNr", id).then(() => journal.highestSequenceNr(id)),
      deleteTo: (id, toSequenceNr) => meet("deleteTo", id).then(() => journal.deleteTo(id, toSequenceNr)),
      persistenceIds: () => journal.persistenceIds(),
      readAll: (fromOffset) => journal.readAll(fromOffset),
      highestOffset: () => journal.highestOffset(),
    };
  }

  #faultySnapshots(snapshots: SnapshotStore): SnapshotStore {
    const meet = this.#meet.bind(this);
    return {
      save: (snapshot) => meet("save", snapshot.persistenceId).then(() => snapshots.save(snapshot)),
      load: (id, criteria) => meet("load", id).then(() => snapshots.load(id, criteria)),
      list: (id, criteria) => meet("list", id).then(() => snapshots.list(id, criteria)),
      delete: (id, sequenceNr, timestamp) => meet("delete", id).then(() => snapshots.delete(id, sequenceNr, timestamp)),
      deleteMatching: (id, criteria) => meet("deleteMatching", id).then(() => snapshots.deleteMatching(id, criteria)),
    };
  }
}

function meets(order: Fault | Hold, operation: FaultyOperation, persistenceId: string): boolean {
  return order.operation === operation && (order.persistenceId ?? persistenceId) === persistenceId;
}

/** A store whose methods can be taken apart. */
function bound(store: OpenStorage): OpenStorage {
  return { journal: store.journal, snapshots: store.snapshots, close: () => store.close() };
}
