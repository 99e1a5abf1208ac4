/** An event as a backend takes it and as it gives it back. */

/** What came with a command: correlation, causation and the user's own keys. */
export type Metadata = Readonly<Record<string, unknown>>;

/** What is remembered of a command that was carried out, so that its repetition gets the same reply and stores nothing. */
export interface Receipt {
  /** The `commandId`. */
  readonly id: string;
  /** The reply, parsed from JSON; absent when it was undefined. */
  readonly reply?: unknown;
}

/** One event on its way into the journal. */
export interface EventRecord {
  /** The stable name of the event type. */
  readonly type: string;
  /** The version of the event's shape, from 1. */
  readonly version: number;
  /** When it was decided, in milliseconds since the epoch. */
  readonly timestamp: number;
  readonly tags: readonly string[];
  /** JSON text of a {@link Metadata} object; undefined when there is none. */
  readonly metadata: string | undefined;
  /** JSON text of the event. */
  readonly payload: string;
  /** JSON text of a {@link Receipt}, on the last event of a command that has an id. Absent: none. */
  readonly receipt?: string | undefined;
}

/** One event out of the journal. */
export interface StoredEvent {
  /** The event's place in the whole store: global, gap-free, from 1. */
  readonly offset: number;
  readonly persistenceId: string;
  readonly entityType: string;
  readonly entityId: string;
  /** The event's place in its stream, from 1. */
  readonly sequenceNr: number;
  readonly timestamp: number;
  readonly type: string;
  readonly version: number;
  readonly tags: readonly string[];
  readonly metadata: Metadata;
  /** The event, parsed from JSON. */
  readonly payload: unknown;
  /** What was stored with the event; absent or undefined when there was none. */
  readonly receipt?: Receipt | undefined;
}

/** Where an event stands. */
export type EventPlace = Pick<StoredEvent, "offset" | "persistenceId" | "entityType" | "entityId" | "sequenceNr">;

/** The metadata of an event that has none. */
export const noMetadata: Metadata = Object.freeze({});

/** The tags of an event that has none. */
export const noTags: readonly string[] = Object.freeze([]);

/** What is read of `record` once it is stored in its place; it shares no object with the record. */
export function toStoredEvent(record: EventRecord, place: EventPlace): StoredEvent {
  const { type, version, timestamp, tags, metadata, payload, receipt } = record;
  return {
    offset: place.offset,
    persistenceId: place.persistenceId,
    entityType: place.entityType,
    entityId: place.entityId,
    sequenceNr: place.sequenceNr,
    timestamp,
    type,
    version,
    tags: tags.length > 0 ? [...tags] : noTags,
    metadata: metadata === undefined ? noMetadata : JSON.parse(metadata),
    payload: JSON.parse(payload),
    receipt: receipt === undefined ? undefined : JSON.parse(receipt),
  };
}
