/** The journal in memory: an array of rows for each stream, and one for the whole store. */
import { Followers } from "../storage/followers.ts";
import {
  type AppendRequest,
  assertFollows,
  type Backlog,
  type CommitListener,
  type Journal,
  type SequenceRange,
} from "../storage/journal.ts";
import { type EventRecord, type StoredEvent, toStoredEvent } from "../storage/stored-event.ts";
import type { EmittedEvents } from "../storage/view-store.ts";

/** How many events, or ids, a reader is given at once. */
const batchLengthMax = 256;

/** What outlives closing. */
export interface JournalData {
  readonly streams: Map<string, Stream>;
  /** Every event at the index `offset - 1`; undefined once it was deleted. */
  readonly log: (Row | undefined)[];
}

interface Stream {
  /** The events that are kept: without a gap, up to the highest sequence number. */
  rows: Row[];
  highestSequenceNr: number;
  purgedTo: number;
}

/** An event as it is kept: payload, metadata and receipt stay JSON text, so no reader shares an object with another. */
interface Row extends EventRecord, Omit<AppendRequest, "events" | "expectedSequenceNr"> {
  readonly offset: number;
}

/** Stores at the call and resolves a microtask later; so nothing is ever pending, and the backlog is never full. */
export class MemoryJournal implements Journal {
  readonly backlog: Backlog = { full: false, drained: () => Promise.resolve() };
  readonly #data: JournalData;
  readonly #assertOpen: (phase: string) => void;
  readonly #followers = new Followers();

  constructor(data: JournalData, assertOpen: (phase: string) => void) {
    this.#data = data;
    this.#assertOpen = assertOpen;
  }

  async append(request: AppendRequest): Promise<number> {
    return this.#appendNow(request);
  }

  #appendNow(request: AppendRequest): number {
    this.#assertOpen("appending events");
    const { streams, log } = this.#data;
    const { persistenceId, entityType, entityId, sequenceNr, events } = request;
    const stream = streams.get(persistenceId) ?? { rows: [], highestSequenceNr: 0, purgedTo: 0 };
    assertFollows(request, stream.highestSequenceNr);

    const firstOffset = log.length + 1;
    for (const [index, event] of events.entries()) {
      const tags = Object.freeze([...event.tags]);
      const at = { sequenceNr: sequenceNr + index, offset: firstOffset + index };
      const row = { ...event, tags, persistenceId, entityType, entityId, ...at };
      stream.rows.push(row);
      log.push(row);
    }
    stream.highestSequenceNr = sequenceNr + events.length - 1;
    streams.set(persistenceId, stream);
    this.#followers.tell(log.length, sizeOf(events), () => stream.rows.slice(-events.length).map(read));
    return firstOffset;
  }

  /** Stores at the call, at the end of the stream. */
  appendAtEnd(emitted: EmittedEvents): number {
    const highest = this.#data.streams.get(emitted.persistenceId)?.highestSequenceNr ?? 0;
    return this.#appendNow({ ...emitted, sequenceNr: highest + 1 });
  }

  async *read(persistenceId: string, range: SequenceRange = {}): AsyncGenerator<readonly StoredEvent[]> {
    this.#assertOpen("reading events");
    const { rows } = this.#data.streams.get(persistenceId) ?? { rows: [] };
    const { fromSequenceNr = 1, toSequenceNr = Number.POSITIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range;
    const firstKept = rows[0]?.sequenceNr ?? 1;
    const window = rows
      .slice(Math.max(fromSequenceNr - firstKept, 0), Math.max(toSequenceNr - firstKept + 1, 0))
      .slice(0, max);
    for (const batch of inBatches(window)) {
      this.#assertOpen("reading events");
      yield batch.map(read);
    }
  }

  async highestSequenceNr(persistenceId: string): Promise<number> {
    this.#assertOpen("reading the highest sequence number");
    return this.#data.streams.get(persistenceId)?.highestSequenceNr ?? 0;
  }

  async purgedTo(persistenceId: string): Promise<number> {
    this.#assertOpen("reading how far a stream was purged");
    return this.#data.streams.get(persistenceId)?.purgedTo ?? 0;
  }

  async deleteTo(persistenceId: string, toSequenceNr: number): Promise<void> {
    this.#assertOpen("deleting events");
    const stream = this.#data.streams.get(persistenceId);
    if (!stream) return;
    const deletedCount = stream.rows.filter((row) => row.sequenceNr <= toSequenceNr).length;
    // A new array for what is kept: a reader on its way goes on with the old one.
    const deleted = stream.rows.slice(0, deletedCount);
    stream.rows = stream.rows.slice(deletedCount);
    for (const row of deleted) this.#data.log[row.offset - 1] = undefined;
  }

  async *persistenceIds(): AsyncGenerator<readonly string[]> {
    this.#assertOpen("reading the persistence ids");
    for (const batch of inBatches([...this.#data.streams.keys()])) {
      this.#assertOpen("reading the persistence ids");
      yield batch;
    }
  }

  async *readAll(fromOffset = 0): AsyncGenerator<readonly StoredEvent[]> {
    this.#assertOpen("reading all events");
    for (const batch of inBatches(this.#data.log.slice(fromOffset))) {
      this.#assertOpen("reading all events");
      const kept = batch.filter((row) => row !== undefined);
      if (kept.length > 0) yield kept.map(read);
    }
  }

  async *readTag(tag: string, fromOffset = 0): AsyncGenerator<readonly StoredEvent[]> {
    this.#assertOpen("reading the events with a tag");
    for (const batch of inBatches(this.#data.log.slice(fromOffset))) {
      this.#assertOpen("reading the events with a tag");
      const tagged = batch.filter((row) => row !== undefined).filter((row) => row.tags.includes(tag));
      if (tagged.length > 0) yield tagged.map(read);
    }
  }

  highestOffset(): number {
    this.#assertOpen("reading the highest offset");
    return this.#data.log.length;
  }

  follow(listener: CommitListener): () => void {
    this.#assertOpen("following the commits");
    return this.#followers.add(listener);
  }
}

function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += batchLengthMax) {
    yield items.slice(start, start + batchLengthMax);
  }
}

function sizeOf(events: readonly EventRecord[]): number {
  return events.reduce((size, { payload, metadata = "" }) => size + payload.length + metadata.length, 0);
}

function read(row: Row): StoredEvent {
  return toStoredEvent(row, row);
}
