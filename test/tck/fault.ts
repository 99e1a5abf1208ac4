/** A memory storage with one fault, and the case that must notice it. */
import { memoryStorage } from "rekindle/memory";
import type { Journal } from "#src/storage/journal.js";
import type { SnapshotStore } from "#src/storage/snapshot-store.js";
import type { OpenStorage, Storage, StorageContext } from "#src/storage/storage.js";

export interface Fault {
  /** Completes "a storage that …". */
  readonly does: string;
  /** Part of the name of a case that fails because of it. */
  readonly caughtBy: string;
  readonly openStorage: () => Storage;
}

export function storageFault(does: string, caughtBy: string, openStorage: () => Storage): Fault {
  return { does, caughtBy, openStorage };
}

/** A fault of the open store; `state` is made once per storage and survives closing. */
export function openFault<S>(
  does: string,
  caughtBy: string,
  change: (open: OpenStorage, context: StorageContext, state: S) => OpenStorage,
  createState: () => S,
): Fault {
  return storageFault(does, caughtBy, () => {
    const storage = memoryStorage();
    const state = createState();
    return {
      description: "broken",
      open: async (context) => change(await storage.open(context), context, state),
    };
  });
}

export function journalFault(does: string, caughtBy: string, change: (journal: Journal) => Partial<Journal>): Fault {
  const changeOpen = (open: OpenStorage): OpenStorage => ({
    journal: { ...delegateJournal(open.journal), ...change(open.journal) },
    snapshots: open.snapshots,
    maintenance: open.maintenance,
    close: () => open.close(),
  });
  return openFault(does, caughtBy, changeOpen, () => undefined);
}

export function snapshotFault(
  does: string,
  caughtBy: string,
  change: (snapshots: SnapshotStore) => Partial<SnapshotStore>,
): Fault {
  const changeOpen = (open: OpenStorage): OpenStorage => ({
    journal: open.journal,
    snapshots: { ...delegateSnapshots(open.snapshots), ...change(open.snapshots) },
    maintenance: open.maintenance,
    close: () => open.close(),
  });
  return openFault(does, caughtBy, changeOpen, () => undefined);
}

function delegateJournal(journal: Journal): Journal {
  return {
    backlog: journal.backlog,
    append: (request) => journal.append(request),
    read: (persistenceId, range) => journal.read(persistenceId, range),
    highestSequenceNr: (persistenceId) => journal.highestSequenceNr(persistenceId),
    purgedTo: (persistenceId) => journal.purgedTo(persistenceId),
    deleteTo: (persistenceId, toSequenceNr) => journal.deleteTo(persistenceId, toSequenceNr),
    persistenceIds: () => journal.persistenceIds(),
    readAll: (fromOffset) => journal.readAll(fromOffset),
    readTag: (tag, fromOffset) => journal.readTag(tag, fromOffset),
    highestOffset: () => journal.highestOffset(),
    follow: (listener) => journal.follow(listener),
  };
}

function delegateSnapshots(snapshots: SnapshotStore): SnapshotStore {
  return {
    save: (snapshot) => snapshots.save(snapshot),
    load: (persistenceId, criteria) => snapshots.load(persistenceId, criteria),
    list: (persistenceId, criteria) => snapshots.list(persistenceId, criteria),
    delete: (persistenceId, sequenceNr, timestamp) => snapshots.delete(persistenceId, sequenceNr, timestamp),
    deleteMatching: (persistenceId, criteria) => snapshots.deleteMatching(persistenceId, criteria),
  };
}
