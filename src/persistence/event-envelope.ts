/** An event as everybody but its own entity sees it. */
import type { Metadata, StoredEvent } from "../storage/stored-event.ts";

/** A durable event and where it stands in the history. */
export interface EventEnvelope<E = unknown> {
  /** The event's place in the whole store: global, gap-free, strictly increasing, from 1. */
  readonly offset: number;
  readonly persistenceId: string;
  readonly entityType: string;
  readonly entityId: string;
  /** The event's place in its stream, from 1. */
  readonly sequenceNr: number;
  /** When it was decided, in milliseconds since the epoch. */
  readonly timestamp: number;
  /** The stable name of the event type. */
  readonly type: string;
  readonly version: number;
  readonly event: E;
  readonly tags: readonly string[];
  /** What came with the command. */
  readonly metadata: Metadata;
}

/** The envelope of an event that was read. */
export function toEnvelope(stored: StoredEvent): EventEnvelope {
  const { payload, ...rest } = stored;
  return { ...rest, event: payload };
}
