/** What every backend promises of its snapshots: the newest good one that matches, or none. A snapshot is a cache, never the truth. */
import type { Metadata } from "./stored-event.ts";

/** A snapshot on its way into the store. */
export interface SnapshotRecord {
  readonly persistenceId: string;
  /** The sequence number of the last event that the state contains. */
  readonly sequenceNr: number;
  /** The version of the state's shape. */
  readonly schemaVersion: number;
  /** JSON text of a {@link Metadata} object; undefined when there is none. */
  readonly metadata?: string | undefined;
  /** JSON text of the state. */
  readonly state: string;
}

/** What a snapshot is known by. */
export interface SnapshotMetadata {
  readonly persistenceId: string;
  readonly sequenceNr: number;
  /** Given by the store when it saved, in milliseconds since the epoch; never lower than one it gave before. */
  readonly timestamp: number;
}

/** A snapshot out of the store. */
export interface StoredSnapshot extends SnapshotMetadata {
  readonly schemaVersion: number;
  readonly metadata: Metadata;
  /** The state, parsed from JSON. */
  readonly state: unknown;
}

/** Which snapshots are meant. All bounds are inclusive; a bound that is absent does not restrict. */
export interface SnapshotCriteria {
  readonly maxSequenceNr?: number | undefined;
  readonly minSequenceNr?: number | undefined;
  readonly maxTimestamp?: number | undefined;
  readonly minTimestamp?: number | undefined;
}

/** The snapshots of one open store. */
export interface SnapshotStore {
  /** Saves, and replaces a snapshot of the same sequence number: the last call wins. Resolves when durable. */
  save(snapshot: SnapshotRecord): Promise<SnapshotMetadata>;

  /**
   * The matching snapshot with the highest sequence number, if any.
   *
   * @throws StorageCorruptedError when that one is damaged; `where` names its sequence number
   */
  load(persistenceId: string, criteria?: SnapshotCriteria): Promise<StoredSnapshot | undefined>;

  /** The matching snapshots without their states, the highest sequence number first. */
  list(persistenceId: string, criteria?: SnapshotCriteria): Promise<readonly SnapshotMetadata[]>;

  /** Deletes one snapshot, if it is there; with a `timestamp` other than 0 only if it has that one. */
  delete(persistenceId: string, sequenceNr: number, timestamp?: number): Promise<void>;

  /** Deletes every matching snapshot. */
  deleteMatching(persistenceId: string, criteria: SnapshotCriteria): Promise<void>;
}

/** Whether a snapshot is among those that the criteria mean. */
export function matchesCriteria(
  snapshot: { sequenceNr: number; timestamp: number },
  criteria: SnapshotCriteria,
): boolean {
  return (
    snapshot.sequenceNr <= (criteria.maxSequenceNr ?? Number.POSITIVE_INFINITY) &&
    snapshot.sequenceNr >= (criteria.minSequenceNr ?? 0) &&
    snapshot.timestamp <= (criteria.maxTimestamp ?? Number.POSITIVE_INFINITY) &&
    snapshot.timestamp >= (criteria.minTimestamp ?? Number.NEGATIVE_INFINITY)
  );
}
