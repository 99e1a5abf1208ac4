/** The writes that the suites make, and what must be read after them. */
import { encodeJson } from "../codec/encode-json.ts";
import type { AppendRequest } from "../storage/journal.ts";
import type { StoredEvent } from "../storage/stored-event.ts";

const type = "Noted";
const version = 3;
const entityType = "note";
const tags: readonly string[] = ["green", "café"];
const firstTimestamp = Date.UTC(2024, 0, 1);

/** A write of one event for each payload. */
export function sampleRequest(
  persistenceId: string,
  sequenceNr: number,
  ...payloads: readonly unknown[]
): AppendRequest {
  return {
    persistenceId,
    entityType,
    entityId: persistenceId,
    sequenceNr,
    events: payloads.map((payload, index) => ({
      type,
      version,
      timestamp: firstTimestamp + sequenceNr + index,
      tags,
      metadata: undefined,
      payload: encodeJson(payload, "sample event"),
    })),
  };
}

/** What is stored by `sampleRequest` with the same arguments, when the first event got the offset `offset`. */
export function sampleEvents(
  offset: number,
  persistenceId: string,
  sequenceNr: number,
  ...payloads: readonly unknown[]
): StoredEvent[] {
  return payloads.map((payload, index) => ({
    offset: offset + index,
    persistenceId,
    entityType,
    entityId: persistenceId,
    sequenceNr: sequenceNr + index,
    timestamp: firstTimestamp + sequenceNr + index,
    type,
    version,
    tags,
    metadata: {},
    payload,
  }));
}
