/** An event as everybody but its own entity sees it. */
import type { VersionedEvent } from "../codec/upcasting.ts";
import type { StoredEvent } from "../storage/stored-event.ts";

/** A durable event and where it stands in the history. Those that one stored event was split into share its offset and its sequence number. */
export interface EventEnvelope<E = unknown> extends Omit<StoredEvent, "payload" | "receipt"> {
  readonly event: E;
}

/** Stored events to what readers see: the one place where that is decided. */
export interface EventDecoder {
  /**
   * The envelopes that a stored event stands for: mostly one, several when it is split, none when it is dropped.
   *
   * @throws UnknownEventTypeError, UpcastFailedError
   */
  envelopes(stored: StoredEvent): readonly EventEnvelope[];
}

/** The envelope of an event as it was stored, or as what it has become since. */
export function toEnvelope(stored: StoredEvent, present?: VersionedEvent): EventEnvelope {
  const { offset, persistenceId, entityType, entityId, sequenceNr, timestamp, tags, metadata } = stored;
  const { type, version } = present ?? stored;
  const event = present ? present.event : stored.payload;
  return { offset, persistenceId, entityType, entityId, sequenceNr, timestamp, type, version, event, tags, metadata };
}
