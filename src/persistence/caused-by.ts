/** What a reaction tells of its cause: the metadata of a command that is sent because of another one, or because of an event. */
import { randomUUID } from "node:crypto";
import { type Metadata, noMetadata, type StoredEvent } from "../storage/stored-event.ts";

/** Which event something is the consequence of. */
export type EventCause = Pick<StoredEvent, "persistenceId" | "sequenceNr" | "metadata">;

/** The name of an event that needs nobody to give it one: its persistence id and its sequence number, as in `cart|42#17`. */
export function eventIdOf({ persistenceId, sequenceNr }: Pick<EventCause, "persistenceId" | "sequenceNr">): string {
  return `${persistenceId}#${sequenceNr}`;
}

/**
 * The metadata for a command that is sent because of `cause`: the envelope of an event, or the context in which another command or
 * message is handled. `correlationId` is inherited: without one it is the `commandId` of the cause, else its event id, else a new
 * one. `causationId` is the event id, or the `commandId`; a command without an id passes on what had caused it.
 *
 * @param own further metadata, such as who it was; it wins over what is inherited
 */
export function causedBy(
  cause: (EventCause & { readonly event: unknown }) | { readonly metadata: Metadata },
  own: Metadata = noMetadata,
): Metadata {
  if ("event" in cause) return { ...causedByEvent(cause), ...own };
  const { correlationId, commandId, causationId } = cause.metadata;
  const correlated = { correlationId: correlationId ?? commandId ?? randomUUID() };
  const causedBy = commandId ?? causationId;
  return causedBy === undefined ? { ...correlated, ...own } : { ...correlated, causationId: causedBy, ...own };
}

/** The same for an event whose content does not matter. It gives the same again. */
export function causedByEvent(cause: EventCause): Metadata {
  const { correlationId, commandId } = cause.metadata;
  const causationId = eventIdOf(cause);
  return { correlationId: correlationId ?? commandId ?? causationId, causationId };
}
