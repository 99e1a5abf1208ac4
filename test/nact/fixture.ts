/** What the tests of rekindle/nact share: folders, both storages, and a nact actor that counts what it has persisted. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  type ActorContext,
  dispatch,
  type PersistedEvent,
  type PersistentActorContext,
  type PersistentActorProps,
  query,
  type Ref,
  spawnPersistent,
} from "nact";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import type { Journal } from "#src/storage/journal.js";
import type { Storage } from "#src/storage/storage.js";

export const folders = {
  made: [] as string[],
  async make(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "rekindle-nact-"));
    this.made.push(folder);
    return folder;
  },
  async removeAll(): Promise<void> {
    for (const folder of this.made.splice(0)) await rm(folder, { recursive: true, force: true });
  },
};

/** A place that can be opened again and again, for each backend. */
export const backends: Record<string, () => Promise<() => Storage>> = {
  memoryStorage: async () => {
    const storage = memoryStorage();
    return () => storage;
  },
  levelStorage: async () => {
    const folder = await folders.make();
    return () => levelStorage(folder);
  },
};

/** The storage with some methods of its journal exchanged. */
export function withJournal(storage: Storage, exchange: (journal: Journal) => Partial<Journal>): Storage {
  return {
    description: storage.description,
    async open(context) {
      const store = await storage.open(context);
      const { journal, snapshots, maintenance } = store;
      const unchanged: Journal = {
        backlog: journal.backlog,
        append: (request) => journal.append(request),
        read: (id, range) => journal.read(id, range),
        highestSequenceNr: (id) => journal.highestSequenceNr(id),
        purgedTo: (id) => journal.purgedTo(id),
        deleteTo: (id, toSequenceNr) => journal.deleteTo(id, toSequenceNr),
        persistenceIds: () => journal.persistenceIds(),
        readAll: (fromOffset) => journal.readAll(fromOffset),
        readTag: (tag, fromOffset) => journal.readTag(tag, fromOffset),
        highestOffset: () => journal.highestOffset(),
        follow: (listener) => journal.follow(listener),
      };
      return { journal: { ...unchanged, ...exchange(journal) }, snapshots, maintenance, close: () => store.close() };
    },
  };
}

export async function rejection(promise: PromiseLike<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("it was fulfilled"),
    (error) => error,
  );
}

/** Waits for what nact gives no promise of. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turns = 0; !(await condition()); turns++) {
    if (turns > 2_000) expect.fail("it did not happen");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

export function event(sequenceNumber: number, fields: Partial<PersistedEvent> = {}): PersistedEvent {
  const data = { type: "Added", n: sequenceNumber };
  return { data, sequenceNumber, key: "a", tags: [], createdAt: 1_000, isDeleted: false, ...fields };
}

export type Add = { readonly type: "Add"; readonly n: number; readonly tags?: string[]; readonly data?: unknown };
export type Sum = { readonly sum: number; readonly seen: readonly number[] };
type Context = PersistentActorContext<unknown, Ref<unknown>> & {
  readonly persist: (message: unknown, tags?: string[]) => Promise<void>;
  readonly recovering?: boolean;
  readonly sender: Ref<Sum>;
};

/** A persistent actor of nact. A message of n = 0 only reads. */
export class NactCounter {
  readonly ref: Ref<Add>;
  readonly crashes: Error[] = [];

  constructor(
    parent: Ref<unknown>,
    key: string,
    properties: PersistentActorProps<Sum, Add, Ref<unknown>> = {},
    name = `counter-${key}`,
  ) {
    const receive = async (state: Sum, message: Add, plain: ActorContext<Add, Ref<unknown>>): Promise<Sum> => {
      const { persist, recovering, sender } = plain as Context;
      if (!recovering && message.n !== 0) await persist(message.data ?? message, message.tags);
      const next = message.n === 0 ? state : { sum: state.sum + message.n, seen: [...state.seen, message.n] };
      if (!recovering) dispatch(sender, next);
      return next;
    };
    this.ref = spawnPersistent(parent, receive, key, name, {
      initialState: { sum: 0, seen: [] },
      onCrash: (_message, error, context) => {
        if (error) this.crashes.push(error);
        return context.reset;
      },
      ...properties,
    });
  }

  /** Rejects after `timeoutMs` when the actor has crashed: nact tells nobody. */
  add(n: number, fields: Partial<Add> = {}, timeoutMs = 2_000): Promise<Sum> {
    return query(this.ref, (_answerTo: Ref<Sum>): Add => ({ type: "Add", n, ...fields }), timeoutMs);
  }

  /** Sends without waiting, as a message that is going to crash the actor is sent. */
  send(n: number, fields: Partial<Add> = {}): void {
    dispatch(this.ref, { type: "Add", n, ...fields });
  }

  read(): Promise<Sum> {
    return this.add(0);
  }
}
