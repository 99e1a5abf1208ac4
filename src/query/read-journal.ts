/** Stored history, read in order and pulled as fast as the reader goes. */
import type { EventDecoder, EventEnvelope } from "../persistence/event-envelope.ts";
import type { Journal } from "../storage/journal.ts";
import type { StoredEvent } from "../storage/stored-event.ts";

/** A window on one stream; both bounds are inclusive. */
export interface StreamWindow {
  /** Default 1. */
  readonly fromSequenceNr?: number;
  /** Default: the last one stored. */
  readonly toSequenceNr?: number;
}

/** A part of the whole history. */
export interface HistoryWindow {
  /** Events after this offset, exclusive. Default 0. */
  readonly fromOffset?: number;
  /** Only events of entities of this type. */
  readonly entityType?: string;
}

/** The read side of a store. Leaving a loop early releases what it held. */
export class ReadJournal {
  readonly #journal: Journal;
  readonly #decoder: EventDecoder;

  constructor(journal: Journal, decoder: EventDecoder) {
    this.#journal = journal;
    this.#decoder = decoder;
  }

  /** The offset of the last durable event of the store; 0 when there is none. */
  currentOffset(): number {
    return this.#journal.highestOffset();
  }

  /** Every id that ever stored an event, each once. */
  async *persistenceIds(): AsyncGenerator<string, void, undefined> {
    for await (const batch of this.#journal.persistenceIds()) yield* batch;
  }

  /** The events of one stream, in order. */
  async *eventsByPersistenceId(
    persistenceId: string,
    window: StreamWindow = {},
  ): AsyncGenerator<EventEnvelope, void, undefined> {
    yield* this.#envelopes(this.#journal.read(persistenceId, window));
  }

  /** The events of the whole store in the order of their offsets. */
  async *events(window: HistoryWindow = {}): AsyncGenerator<EventEnvelope, void, undefined> {
    for await (const envelope of this.#envelopes(this.#journal.readAll(window.fromOffset ?? 0))) {
      if (window.entityType === undefined || envelope.entityType === window.entityType) yield envelope;
    }
  }

  async *#envelopes(batches: AsyncIterable<readonly StoredEvent[]>): AsyncGenerator<EventEnvelope, void, undefined> {
    for await (const batch of batches) {
      for (const stored of batch) for (const envelope of this.#decoder.envelopes(stored)) yield envelope;
    }
  }
}
