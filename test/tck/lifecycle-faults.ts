/** Storages that each break a promise about opening, closing and opening again. */
import { memoryStorage } from "rekindle/memory";
import type { OpenStorage, Storage, StorageContext } from "#src/storage/storage.js";
import { type Fault, openFault, storageFault } from "./fault.ts";

function open(
  does: string,
  caughtBy: string,
  change: (open: OpenStorage, context: StorageContext) => OpenStorage,
): Fault {
  return openFault(does, caughtBy, change, () => undefined);
}

/** Forwards to whatever storage `choose` names at the moment of opening. */
function choosing(choose: () => Storage): Storage {
  return { description: "broken", open: (context) => choose().open(context) };
}

function brokenDeletions(): Fault {
  const change = (
    { journal, snapshots, maintenance, close }: OpenStorage,
    _context: StorageContext,
    opens: { count: number },
  ): OpenStorage => {
    opens.count++;
    const first = opens.count === 1;
    return {
      journal: {
        backlog: journal.backlog,
        append: (request) => journal.append(request),
        read: (persistenceId, range) => journal.read(persistenceId, range),
        highestSequenceNr: (persistenceId) => journal.highestSequenceNr(persistenceId),
        purgedTo: (persistenceId) => journal.purgedTo(persistenceId),
        deleteTo: async (persistenceId, to) => (first ? undefined : journal.deleteTo(persistenceId, to)),
        persistenceIds: () => journal.persistenceIds(),
        readAll: (fromOffset) => journal.readAll(fromOffset),
        readTag: (tag, fromOffset) => journal.readTag(tag, fromOffset),
        highestOffset: () => journal.highestOffset(),
        follow: (listener) => journal.follow(listener),
      },
      snapshots,
      maintenance,
      close,
    };
  };
  return openFault("brings deleted events back", "has kept deletions", change, () => ({ count: 0 }));
}

export const lifecycleFaults: readonly Fault[] = [
  storageFault("forgets everything when closed", "has kept every event,", () => choosing(memoryStorage)),
  storageFault("forgets snapshots when closed", "has kept the snapshots", () => {
    const events = memoryStorage();
    return {
      description: "broken",
      async open(context) {
        const [kept, lost] = await Promise.all([events.open(context), memoryStorage().open(context)]);
        return {
          journal: kept.journal,
          snapshots: lost.snapshots,
          maintenance: kept.maintenance,
          close: () => kept.close(),
        };
      },
    };
  }),
  brokenDeletions(),
  storageFault("can be opened twice at once", "refuses to be opened a second time", () => {
    const storage = memoryStorage();
    return {
      description: "broken",
      open: (context) => storage.open(context).catch(() => memoryStorage().open(context)),
    };
  }),
  storageFault("refuses a second open with an error of its own", "refuses to be opened a second time", () => {
    const storage = memoryStorage();
    return {
      description: "broken",
      open: (context) =>
        storage.open(context).catch(() => {
          throw new Error("EBUSY");
        }),
    };
  }),
  open("works on after closing", "makes every later call fail", ({ journal, snapshots, maintenance }) => ({
    journal,
    snapshots,
    maintenance,
    close: async () => undefined,
  })),
  open(
    "drops pending writes when closed",
    "closing finishes the writes that are pending",
    ({ journal, snapshots, maintenance, close }) => {
      const append = journal.append.bind(journal);
      return {
        journal: Object.assign(journal, {
          append: (request: Parameters<typeof append>[0]) => new Promise(setImmediate).then(() => append(request)),
        }),
        snapshots,
        maintenance,
        close,
      };
    },
  ),
  open(
    "cannot be closed after a reader left early",
    "is possible after a reader left early",
    ({ journal, snapshots, maintenance, close }) => {
      let open = 0;
      const read = journal.read.bind(journal);
      return {
        journal: Object.assign(journal, {
          async *read(...args: Parameters<typeof read>) {
            open++;
            yield* read(...args);
            open--;
          },
        }),
        snapshots,
        maintenance,
        async close() {
          await close();
          if (open > 0) throw new Error(`${open} iterators are still open`);
        },
      };
    },
  ),
  open("reports a failure behind the caller's back", "J1", (store, { onFailure }) => {
    onFailure(new Error("the disk is full"));
    return store;
  }),
];
