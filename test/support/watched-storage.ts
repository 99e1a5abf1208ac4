/** Any storage, with a record of what it was asked for. */
import type { Storage } from "rekindle";
import type { AppendRequest } from "#src/storage/journal.js";
import { alteredStorage } from "./altered-storage.ts";

/** A storage that remembers, from the moment of each call. */
export interface WatchedStorage extends Storage {
  /** Every append, in order. */
  readonly appends: AppendRequest[];
  /** Loads, saves and deletions, such as `load notebook|1`. */
  readonly calls: string[];
}

export function watchedStorage(storage: Storage): WatchedStorage {
  const appends: AppendRequest[] = [];
  const calls: string[] = [];
  const told = <T>(call: string, result: () => T): T => {
    calls.push(call);
    return result();
  };
  const watched = alteredStorage(storage, {
    journal: (journal) => ({
      append(request) {
        appends.push(request);
        return journal.append(request);
      },
      deleteTo: (id, to) => told(`delete events to ${to} of ${id}`, () => journal.deleteTo(id, to)),
    }),
    snapshots: (snapshots) => ({
      save: (record) => told(`save ${record.persistenceId}`, () => snapshots.save(record)),
      load: (id, criteria) => told(`load ${id}`, () => snapshots.load(id, criteria)),
      deleteMatching: (id, criteria) =>
        told(`delete snapshots to ${criteria.maxSequenceNr} of ${id}`, () => snapshots.deleteMatching(id, criteria)),
    }),
  });
  return { ...watched, appends, calls };
}
