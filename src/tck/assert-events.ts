/** The comparison of stored events with what they should be. */
import assert from "node:assert/strict";
import type { StoredEvent } from "../storage/stored-event.ts";
import { collect } from "./collect.ts";

/** Reads `batches` to the end and compares every member of every event; what a backend adds to an event is not looked at. */
export async function assertEvents(
  batches: AsyncIterable<readonly StoredEvent[]>,
  expected: readonly StoredEvent[],
): Promise<void> {
  const events = await collect(batches);
  // Numbers first: they make the better message when whole events are missing.
  assert.deepEqual(
    events.map((event) => event.sequenceNr),
    expected.map((event) => event.sequenceNr),
    "the sequence numbers that were read",
  );
  assert.deepEqual(events.map(contract), expected.map(contract));
}

function contract(event: StoredEvent): StoredEvent {
  const { offset, persistenceId, entityType, entityId, sequenceNr, timestamp, type, version, tags, metadata } = event;
  const { payload, receipt } = event;
  const where = { offset, persistenceId, entityType, entityId, sequenceNr };
  return { ...where, timestamp, type, version, tags, metadata, payload, receipt };
}
