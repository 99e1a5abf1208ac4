/** A storage that lives in one object: for tests and trials, and the smallest example of an adapter. */
import { StorageFailedError, StorageLockedError } from "../errors.ts";
import type { OpenStorage, Storage, StorageContext } from "../storage/storage.ts";
import { type JournalData, MemoryJournal } from "./journal.ts";
import { MemoryMaintenance } from "./maintenance.ts";
import { MemorySnapshotStore, type SnapshotData } from "./snapshot-store.ts";
import { MemoryViewStore, type ViewData } from "./view-store.ts";

const description = "memory";

/**
 * Keeps events, snapshots and read models in the returned object, and nowhere else: a second actor system on the same object finds what
 * the first one stored, a second process does not.
 */
export function memoryStorage(): Storage {
  const journalData: JournalData = { streams: new Map(), log: [] };
  const snapshotData: SnapshotData = { streams: new Map(), lastTimestamp: 0 };
  const viewData: ViewData = new Map();
  let inUse = false;

  async function open({ clock }: StorageContext): Promise<OpenStorage> {
    if (inUse) throw new StorageLockedError(description, "this process");
    inUse = true;
    let closed = false;

    function assertOpen(phase: string): void {
      if (closed) throw new StorageFailedError(description, phase, new Error("it has been closed"));
    }

    const journal = new MemoryJournal(journalData, assertOpen);
    return {
      journal,
      snapshots: new MemorySnapshotStore(snapshotData, clock, assertOpen),
      maintenance: new MemoryMaintenance(journalData, snapshotData, assertOpen),
      views: new MemoryViewStore(viewData, journal, assertOpen),
      async close() {
        assertOpen("closing");
        closed = true;
        inUse = false;
      },
    };
  }

  return { description, open };
}
