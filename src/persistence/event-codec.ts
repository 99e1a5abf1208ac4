/** Events of one entity type to records for the journal, and back. */
import { encodeJson } from "../codec/encode-json.ts";
import { SerializationError } from "../errors.ts";
import type { StoredEvent } from "../storage/stored-event.ts";

/** The version of an event whose type declares none. */
export const firstVersion = 1;

/** The stable name of an event's type: its `type`, or what JavaScript calls a value without one. */
export function eventType(event: unknown): string {
  if (typeof event === "object" && event !== null && "type" in event && typeof event.type === "string")
    return event.type;
  return Array.isArray(event) ? "array" : typeof event;
}

/** The JSON text of an event. @throws SerializationError when JSON would damage it */
export function encodeEvent(event: unknown, persistenceId: string): string {
  if (event === undefined || event === null) {
    throw new SerializationError(persistenceId, "event", "$", `is ${event}`);
  }
  return encodeJson(event, `event ${eventType(event)}`, persistenceId);
}

/** The JSON text of a command's metadata. @throws SerializationError when it is no plain object, or JSON would damage it */
export function encodeMetadata(metadata: unknown, persistenceId: string): string {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw new SerializationError(persistenceId, "metadata", "$", "is not an object");
  }
  return encodeJson(metadata, "metadata", persistenceId);
}

/** The event that was stored. */
export function decodeEvent<E>(stored: StoredEvent): E {
  return stored.payload as E;
}
