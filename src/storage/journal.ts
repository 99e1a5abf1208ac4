/** What every backend promises of its journal: ordered, immutable, atomic and, once a write is acknowledged, durable. */
import { VersionConflictError } from "../errors.ts";
import type { EventRecord, StoredEvent } from "./stored-event.ts";

/** One atomic write: all of its events become durable together, or none does. */
export interface AppendRequest {
  readonly persistenceId: string;
  readonly entityType: string;
  readonly entityId: string;
  /** The sequence number of the first event. */
  readonly sequenceNr: number;
  /**
   * The highest sequence number that the writer knows of; anybody else's write in between is a conflict. Default `sequenceNr - 1`.
   * Only 0 may lie further below: an empty stream whose beginning is covered by a snapshot alone.
   */
  readonly expectedSequenceNr?: number | undefined;
  /** At least one. */
  readonly events: readonly EventRecord[];
}

/** A window on one stream. Both bounds are inclusive. */
export interface SequenceRange {
  /** Default 1. */
  readonly fromSequenceNr?: number | undefined;
  /** Default: no bound. */
  readonly toSequenceNr?: number | undefined;
  /** How many events at the most. Default: no bound. */
  readonly max?: number | undefined;
}

/** How much waits to be written. Writers that respect it keep memory bounded. */
export interface Backlog {
  /** More bytes wait than the storage wants to hold. */
  readonly full: boolean;
  /** Resolves when the backlog is no longer full; never rejects. */
  drained(): Promise<void>;
}

/** What followers are told of one commit. */
export interface DurableCommit {
  /** The offset of the last durable event. */
  readonly highestOffset: number;
  /**
   * The events of the commit in the order of their offsets, which follow those told before without a gap. All followers are given
   * the same objects. Undefined when there may be more than one commit, as after an outage: they are to be read from the store.
   */
  readonly events: readonly StoredEvent[] | undefined;
  /** About how many characters the text of these events has. */
  readonly size: number;
}

/** Told of every commit once it is durable, before those who await it go on. Must not throw, nor write to the journal at once. */
export type CommitListener = (commit: DurableCommit) => void;

/** The event journal of one open store. */
export interface Journal {
  readonly backlog: Backlog;

  /**
   * Stores the events atomically; writes of one stream are stored in the order of the calls, and many writes may share one commit.
   *
   * Resolves, once the events are durable, with the offset of the first; the others follow without a gap.
   * Promises of one stream resolve in the order of the calls, and all promises in the order of their offsets.
   *
   * @throws VersionConflictError when the highest sequence number, pending writes included, is not the expected one; nothing is stored
   * @throws PersistRejectedError when the events cannot be stored; nothing is stored
   * @throws any other error: the outcome is unknown
   */
  append(request: AppendRequest): Promise<number>;

  /**
   * The events of one stream in order, in batches of bounded size that are pulled. Sees every write that was pending at the call.
   * A whole stream is proved complete: it runs without a gap from its first kept event to its highest sequence number.
   *
   * @throws StorageCorruptedError when an event is missing, damaged or out of order, before the row reaches the caller
   */
  read(persistenceId: string, range?: SequenceRange): AsyncIterable<readonly StoredEvent[]>;

  /** The highest sequence number ever stored for the stream, pending writes included; 0 when there is none. Deleting events does not lower it. */
  highestSequenceNr(persistenceId: string): Promise<number>;

  /**
   * All events up to this one were taken out together with the state that they made: a life that begins after it begins empty. 0 when the
   * stream was never purged. Deleting events does not raise it, for then a snapshot has to cover them.
   */
  purgedTo(persistenceId: string): Promise<number>;

  /** Removes, of the events appended before the call, those up to and including `toSequenceNr`; their numbers are never used again. */
  deleteTo(persistenceId: string, toSequenceNr: number): Promise<void>;

  /** All ids that ever stored an event, each once, in batches. */
  persistenceIds(): AsyncIterable<readonly string[]>;

  /** The events of the whole store in the order of their offsets, those after `fromOffset` (exclusive, default 0) that are kept, in batches. */
  readAll(fromOffset?: number): AsyncIterable<readonly StoredEvent[]>;

  /** The events with a tag in the order of their offsets, those after `fromOffset` (exclusive, default 0) that are kept, in batches. */
  readTag(tag: string, fromOffset?: number): AsyncIterable<readonly StoredEvent[]>;

  /** The offset of the last durable event; 0 when there is none. */
  highestOffset(): number;

  /**
   * Tells `listener` of every commit of events after {@link highestOffset} as it is at the call, in the order of their offsets:
   * what was read up to then and what is told together make the whole history. Returns what ends it.
   */
  follow(listener: CommitListener): () => void;
}

/**
 * The rule of {@link AppendRequest.expectedSequenceNr}, the same for every backend.
 *
 * @throws VersionConflictError when the write does not follow `highestSequenceNr`
 */
export function assertFollows(request: AppendRequest, highestSequenceNr: number): void {
  const { persistenceId, sequenceNr, expectedSequenceNr = sequenceNr - 1 } = request;
  const next = expectedSequenceNr === 0 ? sequenceNr >= 1 : sequenceNr === expectedSequenceNr + 1;
  if (next && expectedSequenceNr === highestSequenceNr) return;
  throw new VersionConflictError(persistenceId, expectedSequenceNr, highestSequenceNr);
}
