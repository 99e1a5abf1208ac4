/** An event as everybody but its own entity sees it. */
import type { StoredEvent } from "../storage/stored-event.ts";

/** A durable event and where it stands in the history. */
export interface EventEnvelope<E = unknown> extends Omit<StoredEvent, "payload"> {
  readonly event: E;
}

/** The envelope of an event that was read. */
export function toEnvelope(stored: StoredEvent): EventEnvelope {
  const { payload, ...rest } = stored;
  return { ...rest, event: payload };
}
