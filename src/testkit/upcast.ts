/** Tries the upcasters of a definition, without a system. */
import { eventType, firstVersion } from "../codec/event-type.ts";
import { EntityType } from "../persistence/entity-type.ts";
import type { EventSourcedDefinition } from "../persistence/event-sourced.ts";
import { noMetadata, noTags } from "../storage/stored-event.ts";

/**
 * The events of today that an event stands for which was stored in an earlier version: `upcast(cart, { type: "ItemAdded", item: "a" })`.
 *
 * @param version in which the event is stored. Default 1
 * @throws UnknownEventTypeError, UpcastFailedError
 */
export function upcast<C, E, S>(
  definition: EventSourcedDefinition<C, E, S>,
  event: object,
  version: number = firstVersion,
): readonly E[] {
  const { entityType } = definition;
  const place = { offset: 1, persistenceId: `${entityType}|given`, entityType, entityId: "given", sequenceNr: 1 };
  const stored = { ...place, timestamp: 0, type: eventType(event), version, tags: noTags, metadata: noMetadata };
  return new EntityType(definition).decode({ ...stored, payload: event });
}
