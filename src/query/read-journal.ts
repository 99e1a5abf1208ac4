/** The read side of a store: its history, finite or followed as it grows, and pulled as fast as the reader goes. */
import type { EventDecoder, EventEnvelope } from "../persistence/event-envelope.ts";
import type { EventSourcedDefinition } from "../persistence/event-sourced.ts";
import type { PastMoment } from "../persistence/recovery.ts";
import type { Journal } from "../storage/journal.ts";
import type { StoredEvent } from "../storage/stored-event.ts";
import { type FeedParts, HistoryFeed, StreamFeed, TagFeed } from "./event-feeds.ts";
import type { Feed } from "./feed.ts";
import { finiteQuery } from "./finite-query.ts";
import { IdFeed } from "./id-feed.ts";
import { LiveReader } from "./live-reader.ts";
import type { LiveTail } from "./live-tail.ts";
import {
  assertMoment,
  assertName,
  assertQueryOptions,
  type HistoryWindow,
  type QueryOptions,
  type StreamWindow,
  type TagWindow,
} from "./query-options.ts";

/**
 * The items of a query, for one reader. Leaving the loop releases what it held. Items of a live query are shared with its other
 * readers, and must not be changed.
 */
export interface Query<T> extends AsyncIterableIterator<T, void, undefined> {
  return(value?: undefined): Promise<IteratorResult<T, void>>;
}

/** What {@link ReadJournal.stateAt} finds. */
export interface PastState<S> {
  readonly state: S;
  /** Of the last event in `state`; 0 when there is none. */
  readonly sequenceNr: number;
}

/** Knows the entity types: how their events are read, and how their states are rebuilt. */
export interface EntityTypes extends EventDecoder {
  recover<C, E, S>(
    definition: EventSourcedDefinition<C, E, S>,
    entityId: string,
    until: PastMoment,
  ): Promise<PastState<S>>;
}

/** The queries. Each throws a TypeError that names an option of the wrong kind. */
export class ReadJournal {
  readonly #journal: Journal;
  readonly #types: EntityTypes;
  readonly #tail: LiveTail;

  constructor(journal: Journal, types: EntityTypes, tail: LiveTail) {
    this.#journal = journal;
    this.#types = types;
    this.#tail = tail;
  }

  /** The offset of the last durable event of the store; 0 when there is none. */
  currentOffset(): number {
    return this.#journal.highestOffset();
  }

  /** Every id that ever stored an event, each once; a live query remembers them all. */
  persistenceIds(options: QueryOptions = {}): Query<string> {
    assertQueryOptions(options);
    if (options.live) return this.#live(new IdFeed(this.#journal, this.#tail.clock, this.#tail.chunks), options);
    return finiteQuery(this.#journal.persistenceIds(), (id) => [id], options.signal);
  }

  /** The events of one stream, in order. */
  eventsByPersistenceId(persistenceId: string, window: StreamWindow = {}): Query<EventEnvelope> {
    assertName(persistenceId, "persistenceId");
    assertQueryOptions(window);
    const { fromSequenceNr = 1, live, signal } = window;
    const toSequenceNr = Math.min(window.toSequenceNr ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    if (live)
      return this.#live(
        new StreamFeed(this.#feedParts, persistenceId, { from: fromSequenceNr, to: toSequenceNr }),
        window,
      );
    return finiteQuery(this.#journal.read(persistenceId, { fromSequenceNr, toSequenceNr }), this.#envelopes, signal);
  }

  /** The events with a tag, in the order of their offsets. */
  eventsByTag(tag: string, window: TagWindow = {}): Query<EventEnvelope> {
    assertName(tag, "tag");
    assertQueryOptions(window);
    const { fromOffset = 0, live, signal } = window;
    if (live) return this.#live(new TagFeed(this.#feedParts, tag, fromOffset), window);
    return finiteQuery(this.#journal.readTag(tag, fromOffset), this.#envelopes, signal);
  }

  /** The events of the whole store, or of one entity type, in the order of their offsets. */
  events(window: HistoryWindow = {}): Query<EventEnvelope> {
    assertQueryOptions(window);
    const { fromOffset = 0, entityType, live, signal } = window;
    if (live) return this.#live(new HistoryFeed(this.#tail.chunks, fromOffset, entityType), window);
    const wanted = (stored: StoredEvent): readonly EventEnvelope[] =>
      entityType === undefined || stored.entityType === entityType ? this.#envelopes(stored) : [];
    return finiteQuery(this.#journal.readAll(fromOffset), wanted, signal);
  }

  /**
   * The state of an entity as it was: from the newest readable snapshot that is not too new, and the events after it. The state is
   * a copy of the caller's own; without a moment it is the newest.
   *
   * @param moment both bounds are inclusive
   * @throws TypeError for a moment of the wrong kind; RecoveryFailedError when events that the state needs are deleted or damaged
   */
  async stateAt<C, E, S>(
    definition: EventSourcedDefinition<C, E, S>,
    entityId: string,
    moment: PastMoment = {},
  ): Promise<PastState<S>> {
    assertMoment(moment);
    const { state, sequenceNr } = await this.#types.recover(definition, entityId, moment);
    return { state, sequenceNr };
  }

  /** Like {@link events}, finite, a batch at a time as it was read: one promise for very many events. */
  eventBatches({ fromOffset = 0, entityType, signal }: HistoryWindow = {}): Query<readonly EventEnvelope[]> {
    const wanted = (batch: readonly StoredEvent[]): readonly (readonly EventEnvelope[])[] => {
      const kept = entityType === undefined ? batch : batch.filter((stored) => stored.entityType === entityType);
      return kept.length === 0 ? [] : [kept.flatMap(this.#envelopes)];
    };
    return finiteQuery(oneByOne(this.#journal.readAll(fromOffset)), wanted, signal);
  }

  readonly #envelopes = (stored: StoredEvent): readonly EventEnvelope[] => this.#types.envelopes(stored);

  get #feedParts(): FeedParts {
    return { journal: this.#journal, types: this.#types, clock: this.#tail.clock };
  }

  #live<T>(feed: Feed<T>, { signal }: QueryOptions): LiveReader<T> {
    return new LiveReader({ tail: this.#tail, feed, signal });
  }
}

async function* oneByOne<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[], void, undefined> {
  for await (const item of items) yield [item];
}
