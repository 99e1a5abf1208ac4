/** A snapshot as text: `[timestamp, schemaVersion, metadata | 0, state]`. */
import { StorageCorruptedError } from "../../errors.ts";
import type { SnapshotRecord, StoredSnapshot } from "../../storage/snapshot-store.ts";
import { type Metadata, noMetadata } from "../../storage/stored-event.ts";
import type { Database } from "../database.ts";
import { checksumBytes, recordJson } from "./record.ts";
import { numberOf, snapshotTimeKey } from "./record-keys.ts";

/** Longer than any timestamp. */
const timestampCharactersMax = 20;

export function snapshotText(snapshot: SnapshotRecord, timestamp: number): string {
  return `[${timestamp},${snapshot.schemaVersion},${snapshot.metadata ?? 0},${snapshot.state}]`;
}

/** @throws StorageCorruptedError when it is damaged; `where` is such as `snapshot 12 of "cart|1"` */
export function decodeSnapshot(location: string, persistenceId: string, key: string, value: Buffer): StoredSnapshot {
  const sequenceNr = numberOf(key);
  const where = `snapshot ${sequenceNr} of ${JSON.stringify(persistenceId)}`;
  const json = recordJson(location, where, key, value);
  if (!isSnapshot(json)) throw new StorageCorruptedError(location, where, "it has not the form of a snapshot");
  const [timestamp, schemaVersion, metadata, state] = json;
  return {
    persistenceId,
    sequenceNr,
    timestamp,
    schemaVersion,
    metadata: metadata === 0 ? noMetadata : metadata,
    state,
  };
}

/** The time of a snapshot without a look at its state; 0 when it cannot be read. */
export function snapshotTimestamp(value: Buffer): number {
  const [, digits] =
    /^\[(\d+),/.exec(value.toString("latin1", checksumBytes, checksumBytes + timestampCharactersMax)) ?? [];
  return Number(digits ?? 0);
}

/** Whether this is the JSON of a snapshot. */
export function isSnapshot(json: unknown): json is readonly [number, number, Metadata | 0, unknown] {
  if (!Array.isArray(json) || json.length !== 4) return false;
  const [timestamp, schemaVersion, metadata]: unknown[] = json;
  return (
    typeof timestamp === "number" &&
    typeof schemaVersion === "number" &&
    (metadata === 0 || typeof metadata === "object")
  );
}

/** The latest time that a snapshot of this store was given; 0 when there is none. */
export async function lastSnapshotTime(db: Database, location: string): Promise<number> {
  const iterator = db.iterator({ gte: snapshotTimeKey, lte: snapshotTimeKey, limit: 1 });
  try {
    const row = await iterator.next();
    return row ? Number(recordJson(location, "the time of the last snapshot", row[0], row[1])) : 0;
  } finally {
    await iterator.close();
  }
}
