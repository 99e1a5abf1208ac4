/** The snapshots in memory: for each stream a map from sequence number to snapshot. */
import type { Clock } from "../clock.ts";
import {
  matchesCriteria,
  type SnapshotCriteria,
  type SnapshotMetadata,
  type SnapshotRecord,
  type SnapshotStore,
  type StoredSnapshot,
} from "../storage/snapshot-store.ts";
import { noMetadata } from "../storage/stored-event.ts";

/** What outlives closing. */
export interface SnapshotData {
  readonly streams: Map<string, Map<number, Row>>;
  lastTimestamp: number;
}

/** A snapshot as it is kept: state and metadata stay JSON text, so no reader shares an object with another. */
interface Row extends SnapshotRecord, SnapshotMetadata {}

/** Saves at the call and resolves a microtask later. */
export class MemorySnapshotStore implements SnapshotStore {
  readonly #data: SnapshotData;
  readonly #clock: Clock;
  readonly #assertOpen: (phase: string) => void;

  constructor(data: SnapshotData, clock: Clock, assertOpen: (phase: string) => void) {
    this.#data = data;
    this.#clock = clock;
    this.#assertOpen = assertOpen;
  }

  async save(snapshot: SnapshotRecord): Promise<SnapshotMetadata> {
    this.#assertOpen("saving a snapshot");
    const { persistenceId, sequenceNr } = snapshot;
    const timestamp = Math.max(this.#clock.now(), this.#data.lastTimestamp);
    const rows = this.#data.streams.get(persistenceId) ?? new Map<number, Row>();
    rows.set(sequenceNr, { ...snapshot, timestamp });
    this.#data.streams.set(persistenceId, rows);
    this.#data.lastTimestamp = timestamp;
    return { persistenceId, sequenceNr, timestamp };
  }

  async load(persistenceId: string, criteria: SnapshotCriteria = {}): Promise<StoredSnapshot | undefined> {
    this.#assertOpen("loading a snapshot");
    const [newest] = this.#matching(persistenceId, criteria);
    return newest && toStoredSnapshot(newest);
  }

  async list(persistenceId: string, criteria: SnapshotCriteria = {}): Promise<readonly SnapshotMetadata[]> {
    this.#assertOpen("listing snapshots");
    return this.#matching(persistenceId, criteria).map(({ sequenceNr, timestamp }) => ({
      persistenceId,
      sequenceNr,
      timestamp,
    }));
  }

  async delete(persistenceId: string, sequenceNr: number, timestamp = 0): Promise<void> {
    this.#assertOpen("deleting a snapshot");
    const rows = this.#data.streams.get(persistenceId);
    if (timestamp === 0 || rows?.get(sequenceNr)?.timestamp === timestamp) rows?.delete(sequenceNr);
  }

  async deleteMatching(persistenceId: string, criteria: SnapshotCriteria): Promise<void> {
    this.#assertOpen("deleting snapshots");
    for (const { sequenceNr } of this.#matching(persistenceId, criteria))
      this.#data.streams.get(persistenceId)?.delete(sequenceNr);
  }

  #matching(persistenceId: string, criteria: SnapshotCriteria): Row[] {
    const rows = [...(this.#data.streams.get(persistenceId)?.values() ?? [])];
    return rows.filter((row) => matchesCriteria(row, criteria)).sort((a, b) => b.sequenceNr - a.sequenceNr);
  }
}

function toStoredSnapshot({ metadata, state, ...snapshot }: Row): StoredSnapshot {
  return {
    ...snapshot,
    metadata: metadata === undefined ? noMetadata : JSON.parse(metadata),
    state: JSON.parse(state),
  };
}
