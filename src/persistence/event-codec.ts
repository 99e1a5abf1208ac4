/** Events and metadata to the JSON text that the journal keeps. */
import { encodeJson } from "../codec/encode-json.ts";
import { eventType } from "../codec/event-type.ts";
import { SerializationError } from "../errors.ts";

/** The JSON text of an event. @throws SerializationError when JSON would damage it */
export function encodeEvent(event: unknown, persistenceId: string): string {
  if (event === undefined || event === null) {
    throw new SerializationError(persistenceId, "event", "$", `is ${event}`);
  }
  return encodeJson(event, "event", persistenceId, eventType(event));
}

/** The JSON text of a command's metadata. @throws SerializationError when it is no plain object, or JSON would damage it */
export function encodeMetadata(metadata: unknown, persistenceId: string): string {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw new SerializationError(persistenceId, "metadata", "$", "is not an object");
  }
  return encodeJson(metadata, "metadata", persistenceId);
}
