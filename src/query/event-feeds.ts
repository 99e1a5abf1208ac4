/** The feeds whose items are events: of everything, of an entity type, of a tag, of one stream. */
import type { Clock } from "../clock.ts";
import type { EventDecoder, EventEnvelope } from "../persistence/event-envelope.ts";
import type { Journal } from "../storage/journal.ts";
import type { StoredEvent } from "../storage/stored-event.ts";
import type { Topic } from "./channel.ts";
import type { Feed, Portion, Row } from "./feed.ts";
import type { HistoryChunks } from "./history-chunks.ts";
import { SharedEvent } from "./shared-event.ts";
import { StoredWalk } from "./stored-walk.ts";

/** What feeds of their own walks need. */
export interface FeedParts {
  readonly journal: Journal;
  readonly types: EventDecoder;
  readonly clock: Clock;
}

/** Events of the whole store, or of one entity type, after an offset. */
export class HistoryFeed implements Feed<EventEnvelope> {
  readonly topic: Topic;
  readonly fromOffset: number;
  readonly complete: boolean = false;
  readonly #chunks: HistoryChunks;

  constructor(chunks: HistoryChunks, fromOffset: number, entityType?: string) {
    this.#chunks = chunks;
    this.fromOffset = fromOffset;
    this.topic = entityType === undefined ? { kind: "all", name: "" } : { kind: "entityType", name: entityType };
  }

  async read(position: number): Promise<Portion> {
    const { rows, upTo } = await this.#chunks.read(position);
    const { kind, name } = this.topic;
    if (kind === "all") return { rows, upTo };
    return { rows: rows.filter((row) => row instanceof SharedEvent && row.stored.entityType === name), upTo };
  }

  collect(row: Row, items: EventEnvelope[]): void {
    if (row instanceof SharedEvent) for (const envelope of row.envelopes) items.push(envelope);
  }

  close(): void {}
}

/** Events with a tag, after an offset. */
export class TagFeed implements Feed<EventEnvelope> {
  readonly topic: Topic;
  readonly fromOffset: number;
  readonly complete: boolean = false;
  readonly #walk: StoredWalk<StoredEvent>;
  readonly #types: EventDecoder;

  constructor({ journal, types, clock }: FeedParts, tag: string, fromOffset: number) {
    this.#types = types;
    this.topic = { kind: "tag", name: tag };
    this.fromOffset = fromOffset;
    this.#walk = new StoredWalk({
      clock,
      highestOffset: () => journal.highestOffset(),
      begin: (position) => journal.readTag(tag, position),
    });
  }

  async read(position: number): Promise<Portion> {
    return portion(await this.#walk.next(position), Math.max(position, this.#walk.knownOffset), this.#types);
  }

  collect(row: Row, items: EventEnvelope[]): void {
    if (row instanceof SharedEvent) for (const envelope of row.envelopes) items.push(envelope);
  }

  close(): void {
    this.#walk.close();
  }
}

/** A window on one stream; it ends with its last sequence number. */
export class StreamFeed implements Feed<EventEnvelope> {
  readonly topic: Topic;
  readonly fromOffset: number = 0;
  readonly #journal: Journal;
  readonly #types: EventDecoder;
  readonly #walk: StoredWalk<StoredEvent>;
  /** The lowest that may still come. */
  #nextSequenceNr: number;
  readonly #toSequenceNr: number;
  /** When the walk began, the stream went at least so far. */
  #highestSequenceNr = 0;

  constructor({ journal, types, clock }: FeedParts, persistenceId: string, { from, to }: SequenceWindow) {
    this.#types = types;
    this.topic = { kind: "persistenceId", name: persistenceId };
    this.#journal = journal;
    this.#nextSequenceNr = from;
    this.#toSequenceNr = to;
    this.#walk = new StoredWalk({
      clock,
      highestOffset: () => journal.highestOffset(),
      begin: () => journal.read(persistenceId, { fromSequenceNr: this.#nextSequenceNr, toSequenceNr: to }),
    });
  }

  get complete(): boolean {
    return this.#nextSequenceNr > this.#toSequenceNr;
  }

  async read(position: number): Promise<Portion> {
    if (!this.#walk.isOpen && this.#toSequenceNr < Number.MAX_SAFE_INTEGER)
      this.#highestSequenceNr = await this.#journal.highestSequenceNr(this.topic.name);
    const events = await this.#walk.next(position);
    // The last events of the window may be deleted: then they never come.
    if (!events && this.#highestSequenceNr >= this.#toSequenceNr) this.#nextSequenceNr = this.#toSequenceNr + 1;
    return portion(events, Math.max(position, this.#walk.knownOffset), this.#types);
  }

  collect(row: Row, items: EventEnvelope[]): void {
    if (!(row instanceof SharedEvent)) return;
    const { sequenceNr } = row.stored;
    if (sequenceNr < this.#nextSequenceNr) return;
    if (sequenceNr <= this.#toSequenceNr) for (const envelope of row.envelopes) items.push(envelope);
    this.#nextSequenceNr = sequenceNr + 1;
  }

  close(): void {
    this.#walk.close();
  }
}

/** Both inclusive. */
export interface SequenceWindow {
  readonly from: number;
  readonly to: number;
}

/** @param knownOffset how far the walk has come at its end */
function portion(events: readonly StoredEvent[] | undefined, knownOffset: number, types: EventDecoder): Portion {
  if (!events) return { rows: [], upTo: knownOffset };
  return { rows: events.map((stored) => new SharedEvent(stored, types)), upTo: events.at(-1)?.offset ?? 0 };
}
