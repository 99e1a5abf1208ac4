/** The snapshots of an open LevelDB store: one record each, sorted by stream and sequence number. */
import type { Clock } from "../clock.ts";
import {
  matchesCriteria,
  type SnapshotCriteria,
  type SnapshotMetadata,
  type SnapshotRecord,
  type SnapshotStore,
  type StoredSnapshot,
} from "../storage/snapshot-store.ts";
import type { CommitQueue } from "./commit/commit-queue.ts";
import { KeyedTurns } from "./commit/keyed-turns.ts";
import type { StreamHeads } from "./commit/stream-heads.ts";
import type { Database } from "./database.ts";
import { deletedRecordsMax } from "./level-storage-options.ts";
import { escapeId, numberOf, snapshotKey, snapshotTimeKey } from "./records/record-keys.ts";
import { decodeSnapshot, snapshotText, snapshotTimestamp } from "./records/snapshot-text.ts";
import type { StoreHealth } from "./session/store-health.ts";
import type { WorkInProgress } from "./session/work-in-progress.ts";

/** What a snapshot store works with. */
export interface LevelSnapshotsParts {
  readonly db: Database;
  readonly queue: CommitQueue;
  readonly heads: StreamHeads;
  readonly clock: Clock;
  readonly health: StoreHealth;
  readonly work: WorkInProgress;
  /** The latest time that a snapshot was given. */
  readonly lastTimestamp: number;
}

/** A snapshot as it is stored. */
type SnapshotRow = readonly [key: string, value: Buffer];

/** See {@link SnapshotStore}. */
export class LevelSnapshots implements SnapshotStore {
  readonly #parts: LevelSnapshotsParts;
  /** Saves and deletions of one stream, in the order of the calls. */
  readonly #turns = new KeyedTurns();
  #lastTimestamp: number;

  constructor(parts: LevelSnapshotsParts) {
    this.#parts = parts;
    this.#lastTimestamp = parts.lastTimestamp;
  }

  save(snapshot: SnapshotRecord): Promise<SnapshotMetadata> {
    const { persistenceId, sequenceNr } = snapshot;
    const over = this.#parts.heads.snapshotBegins(persistenceId);
    return this.#change("saving a snapshot", persistenceId, async () => {
      this.#lastTimestamp = Math.max(this.#lastTimestamp, this.#parts.clock.now());
      const timestamp = this.#lastTimestamp;
      await this.#parts.queue.change([
        { key: snapshotKey(escapeId(persistenceId), sequenceNr), text: snapshotText(snapshot, timestamp) },
        { key: snapshotTimeKey, text: String(timestamp) },
      ]);
      return { persistenceId, sequenceNr, timestamp };
    }).finally(over);
  }

  load(persistenceId: string, criteria: SnapshotCriteria = {}): Promise<StoredSnapshot | undefined> {
    return this.#search("loading a snapshot", persistenceId, async () => {
      const { location } = this.#parts.health;
      if (this.#parts.heads.hasNoSnapshots(persistenceId)) return undefined;
      for await (const [key, value] of this.#rows(persistenceId, criteria)) {
        const snapshot = decodeSnapshot(location, persistenceId, key, value);
        if (matchesCriteria(snapshot, criteria)) return snapshot;
      }
      return undefined;
    });
  }

  list(persistenceId: string, criteria: SnapshotCriteria = {}): Promise<readonly SnapshotMetadata[]> {
    return this.#search("listing snapshots", persistenceId, () => this.#matching(persistenceId, criteria));
  }

  delete(persistenceId: string, sequenceNr: number, timestamp = 0): Promise<void> {
    const exactly = { minSequenceNr: sequenceNr, maxSequenceNr: sequenceNr };
    return this.deleteMatching(
      persistenceId,
      timestamp === 0 ? exactly : { ...exactly, minTimestamp: timestamp, maxTimestamp: timestamp },
    );
  }

  deleteMatching(persistenceId: string, criteria: SnapshotCriteria): Promise<void> {
    return this.#change("deleting snapshots", persistenceId, async () => {
      const matching = await this.#matching(persistenceId, criteria);
      const keys = matching.map(({ sequenceNr }) => snapshotKey(escapeId(persistenceId), sequenceNr));
      for (let index = 0; index < keys.length; index += deletedRecordsMax) {
        await this.#parts.queue.change(keys.slice(index, index + deletedRecordsMax).map((key) => ({ key })));
      }
    });
  }

  #change<T>(doing: string, persistenceId: string, change: () => Promise<T>): Promise<T> {
    return this.#parts.work.write(doing, () => this.#turns.run(persistenceId, change));
  }

  /** Runs `search` once the changes that are pending now are over. */
  #search<T>(doing: string, persistenceId: string, search: () => Promise<T>): Promise<T> {
    return this.#parts.work.run(doing, async () => {
      await this.#turns.whenIdle(persistenceId);
      return search();
    });
  }

  async #matching(persistenceId: string, criteria: SnapshotCriteria): Promise<SnapshotMetadata[]> {
    const matching: SnapshotMetadata[] = [];
    for await (const [key, value] of this.#rows(persistenceId, criteria)) {
      // A damaged snapshot is listed like the others: load() tells, and whoever wants to be rid of it can delete it.
      const snapshot = { persistenceId, sequenceNr: numberOf(key), timestamp: snapshotTimestamp(value) };
      if (matchesCriteria(snapshot, criteria)) matching.push(snapshot);
    }
    return matching;
  }

  /** The snapshots between the sequence numbers of the criteria, the highest first. */
  async *#rows(persistenceId: string, criteria: SnapshotCriteria): AsyncGenerator<SnapshotRow, void, undefined> {
    const min = Math.max(0, Math.ceil(criteria.minSequenceNr ?? 0));
    const max = Math.min(Number.MAX_SAFE_INTEGER, Math.floor(criteria.maxSequenceNr ?? Number.MAX_SAFE_INTEGER));
    if (!(min <= max)) return;
    const escapedId = escapeId(persistenceId);
    yield* this.#parts.db.iterator({
      gte: snapshotKey(escapedId, min),
      lte: snapshotKey(escapedId, max),
      reverse: true,
    });
  }
}
