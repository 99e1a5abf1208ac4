/** A store with something in front of every operation. */
import type { Journal } from "../storage/journal.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import type { OpenStorage } from "../storage/storage.ts";

/** The operations that concern one persistence id. */
export type StorageOperation =
  | "append"
  | "read"
  | "highestSequenceNr"
  | "purgedTo"
  | "deleteTo"
  | "save"
  | "load"
  | "list"
  | "delete"
  | "deleteMatching";

/** Called before an operation is carried out; it is not when this rejects. */
export type Interception = (operation: StorageOperation, persistenceId: string) => Promise<void>;

/** `store`, with `meet` before every operation. */
export function interceptStore(store: OpenStorage, meet: Interception): OpenStorage {
  return {
    journal: interceptJournal(store.journal, meet),
    snapshots: interceptSnapshots(store.snapshots, meet),
    maintenance: store.maintenance,
    ...(store.views && { views: store.views }),
    close: () => store.close(),
  };
}

function interceptJournal(journal: Journal, meet: Interception): Journal {
  return {
    backlog: journal.backlog,
    append: (request) => meet("append", request.persistenceId).then(() => journal.append(request)),
    read: async function* (persistenceId, range) {
      await meet("read", persistenceId);
      yield* journal.read(persistenceId, range);
    },
    highestSequenceNr: (id) => meet("highestSequenceNr", id).then(() => journal.highestSequenceNr(id)),
    purgedTo: (id) => meet("purgedTo", id).then(() => journal.purgedTo(id)),
    deleteTo: (id, toSequenceNr) => meet("deleteTo", id).then(() => journal.deleteTo(id, toSequenceNr)),
    persistenceIds: () => journal.persistenceIds(),
    readAll: (fromOffset) => journal.readAll(fromOffset),
    readTag: (tag, fromOffset) => journal.readTag(tag, fromOffset),
    highestOffset: () => journal.highestOffset(),
    follow: (listener) => journal.follow(listener),
  };
}

function interceptSnapshots(snapshots: SnapshotStore, meet: Interception): SnapshotStore {
  return {
    save: (snapshot) => meet("save", snapshot.persistenceId).then(() => snapshots.save(snapshot)),
    load: (id, criteria) => meet("load", id).then(() => snapshots.load(id, criteria)),
    list: (id, criteria) => meet("list", id).then(() => snapshots.list(id, criteria)),
    delete: (id, sequenceNr, timestamp) => meet("delete", id).then(() => snapshots.delete(id, sequenceNr, timestamp)),
    deleteMatching: (id, criteria) => meet("deleteMatching", id).then(() => snapshots.deleteMatching(id, criteria)),
  };
}
