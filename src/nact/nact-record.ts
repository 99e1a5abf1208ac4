/** Events and snapshots as nact has them, to what the storage takes, and back. */
import type { PersistedEvent, PersistedSnapshot } from "nact";
import { encodeJson } from "../codec/encode-json.ts";
import { eventType, firstVersion } from "../codec/event-type.ts";
import { firstSchemaVersion } from "../persistence/snapshot-version.ts";
import type { AppendRequest } from "../storage/journal.ts";
import type { SnapshotRecord, StoredSnapshot } from "../storage/snapshot-store.ts";
import type { StoredEvent } from "../storage/stored-event.ts";
import { assertKey, type StreamIdentity } from "./stream-identity.ts";

/** In the metadata of a snapshot: nact took it, and this is its `createdAt`. */
const createdAtKey = "nactCreatedAt";

/** @throws TypeError when it is not what nact persists, SerializationError when JSON would damage its data */
export function toAppendRequest(event: PersistedEvent, identity: StreamIdentity): AppendRequest {
  const { key, sequenceNumber, createdAt, data, tags, isDeleted } = event;
  const what = `event ${eventType(data)}`;
  assertNumbers(sequenceNumber, createdAt, `an event of ${JSON.stringify(key)}`);
  if (isDeleted) throw new TypeError(`an event of ${JSON.stringify(key)} cannot be stored as deleted`);
  const record = {
    type: eventType(data),
    version: firstVersion,
    timestamp: createdAt,
    tags: [...assertTags(tags)],
    metadata: undefined,
    payload: encodeJson(data, what, key),
  };
  return { ...identity, sequenceNr: sequenceNumber, events: [record] };
}

export function toPersistedEvent(stored: StoredEvent): PersistedEvent {
  return {
    data: stored.payload,
    sequenceNumber: stored.sequenceNr,
    key: stored.persistenceId,
    tags: [...stored.tags].sort(),
    createdAt: stored.timestamp,
    isDeleted: false,
  };
}

/** @throws TypeError when it is not what nact takes, SerializationError when JSON would damage its data */
export function toSnapshotRecord(snapshot: PersistedSnapshot): SnapshotRecord {
  if (typeof snapshot !== "object" || snapshot === null) throw new TypeError("a snapshot must be an object");
  const { key, sequenceNumber, createdAt, data } = snapshot;
  assertKey(key);
  assertNumbers(sequenceNumber, createdAt, `a snapshot of ${JSON.stringify(key)}`);
  return {
    persistenceId: key,
    sequenceNr: sequenceNumber,
    schemaVersion: firstSchemaVersion,
    metadata: JSON.stringify({ [createdAtKey]: createdAt }),
    state: encodeJson(data, `snapshot at ${sequenceNumber}`, key),
  };
}

/** The snapshot as nact took it; undefined when somebody else saved it, so that its state is of another shape. */
export function toPersistedSnapshot(stored: StoredSnapshot): PersistedSnapshot | undefined {
  const createdAt = stored.metadata[createdAtKey];
  if (typeof createdAt !== "number") return undefined;
  return { data: stored.state, sequenceNumber: stored.sequenceNr, key: stored.persistenceId, createdAt };
}

/** @throws TypeError when it is no array of strings */
export function assertTags(tags: unknown): readonly string[] {
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string")) {
    throw new TypeError("tags must be an array of strings");
  }
  return tags;
}

function assertNumbers(sequenceNumber: unknown, createdAt: unknown, of: string): void {
  if (!(Number.isSafeInteger(sequenceNumber) && Number(sequenceNumber) >= 1)) {
    throw new TypeError(`the sequenceNumber of ${of} must be a whole number above 0, not ${String(sequenceNumber)}`);
  }
  if (!Number.isSafeInteger(createdAt)) {
    throw new TypeError(`the createdAt of ${of} must be whole milliseconds since the epoch, not ${String(createdAt)}`);
  }
}
