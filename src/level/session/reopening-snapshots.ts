/** The snapshots of a store that comes back by itself: one object, whichever session is beneath it. */
import type {
  SnapshotCriteria,
  SnapshotMetadata,
  SnapshotRecord,
  SnapshotStore,
  StoredSnapshot,
} from "../../storage/snapshot-store.ts";
import { readLasting } from "./lasting-reads.ts";
import type { ReopeningStore } from "./reopening-store.ts";

/** In an outage changes fail at once, and reads wait for its end. */
export class ReopeningSnapshots implements SnapshotStore {
  readonly #store: ReopeningStore;

  constructor(store: ReopeningStore) {
    this.#store = store;
  }

  save(snapshot: SnapshotRecord): Promise<SnapshotMetadata> {
    return this.#change("saving a snapshot", (snapshots) => snapshots.save(snapshot));
  }

  load(persistenceId: string, criteria?: SnapshotCriteria): Promise<StoredSnapshot | undefined> {
    return readLasting(this.#store, "loading a snapshot", ({ snapshots }) => snapshots.load(persistenceId, criteria));
  }

  list(persistenceId: string, criteria?: SnapshotCriteria): Promise<readonly SnapshotMetadata[]> {
    return readLasting(this.#store, "listing snapshots", ({ snapshots }) => snapshots.list(persistenceId, criteria));
  }

  delete(persistenceId: string, sequenceNr: number, timestamp?: number): Promise<void> {
    return this.#change("deleting a snapshot", (snapshots) => snapshots.delete(persistenceId, sequenceNr, timestamp));
  }

  deleteMatching(persistenceId: string, criteria: SnapshotCriteria): Promise<void> {
    return this.#change("deleting snapshots", (snapshots) => snapshots.deleteMatching(persistenceId, criteria));
  }

  #change<T>(doing: string, change: (snapshots: SnapshotStore) => Promise<T>): Promise<T> {
    const refusal = this.#store.refusal(doing);
    return refusal ? Promise.reject(refusal) : change(this.#store.session.snapshots);
  }
}
