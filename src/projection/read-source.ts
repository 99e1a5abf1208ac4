/** Reads a source in batches: what is stored in large ones, then what is new as it comes. */
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import type { ReadJournal } from "../query/read-journal.ts";
import type { EventSource } from "./event-source.ts";
import { readEventsMax } from "./projection-limits.ts";

/** A part of the history. */
export interface SourceBatch {
  /** Those that the source wants. All that one stored event was split into are in the same batch. */
  readonly events: readonly EventEnvelope[];
  /** Up to here the history was looked at. */
  readonly offset: number;
}

export async function* readSource(
  journal: ReadJournal,
  source: EventSource,
  fromOffset: number,
  signal: AbortSignal,
): AsyncGenerator<SourceBatch, void, undefined> {
  let offset = fromOffset;
  // What is stored meanwhile is read in the same way until little is left.
  for (let end = journal.currentOffset(); end > offset; end = endOf(journal, offset)) {
    for await (const batch of storedUpTo(journal, source, offset, end, signal)) {
      offset = batch.offset;
      yield batch;
    }
  }
  yield* live(journal, source, offset, signal);
}

/** How far to read once more; nowhere when live reading can take over. */
function endOf(journal: ReadJournal, offset: number): number {
  const end = journal.currentOffset();
  return end - offset > readEventsMax ? end : offset;
}

/** The events after `fromOffset` that are stored when `end` is the last offset; the last batch goes to `end`. */
async function* storedUpTo(
  journal: ReadJournal,
  source: EventSource,
  fromOffset: number,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<SourceBatch, void, undefined> {
  const { tag, persistenceId, entityType } = source;
  if (tag === undefined && persistenceId === undefined) {
    const window = { fromOffset, signal, ...(entityType !== undefined && { entityType }) };
    for await (const batch of journal.eventBatches(window)) {
      const last = batch.at(-1)?.offset ?? fromOffset;
      const past = last > end;
      const events = batch.filter((envelope) => (!past || envelope.offset <= end) && source.wants(envelope));
      if (past) return yield { events, offset: end };
      yield { events, offset: last };
    }
    return yield { events: [], offset: end };
  }
  let events: EventEnvelope[] = [];
  let looked = 0;
  let last = fromOffset;
  for await (const envelope of queryOf(journal, source, fromOffset, signal)) {
    const { offset } = envelope;
    if (offset > end || signal.aborted) break;
    if (offset !== last && (events.length >= readEventsMax || ++looked % readEventsMax === 0)) {
      yield { events, offset: last };
      events = [];
    }
    last = offset;
    if (offset > fromOffset && source.wants(envelope)) events.push(envelope);
  }
  if (!signal.aborted) yield { events, offset: end };
}

function queryOf(
  journal: ReadJournal,
  { tag, persistenceId = "" }: EventSource,
  fromOffset: number,
  signal: AbortSignal,
): AsyncIterable<EventEnvelope> {
  if (tag !== undefined) return journal.eventsByTag(tag, { fromOffset, signal });
  return journal.eventsByPersistenceId(persistenceId, { signal });
}

/** Everything is looked at, so that the place goes on past events that do not concern the source. */
async function* live(
  journal: ReadJournal,
  source: EventSource,
  fromOffset: number,
  signal: AbortSignal,
): AsyncGenerator<SourceBatch, void, undefined> {
  const query = journal.events({ fromOffset, live: true, signal })[Symbol.asyncIterator]();
  try {
    let next = query.next();
    for (;;) {
      const first = await next;
      if (first.done) return;
      const events = source.wants(first.value) ? [first.value] : [];
      let { offset } = first.value;
      for (let looked = 1; ; looked++) {
        next = query.next();
        const more = await nowOrNever(next);
        if (!more || more.done) break;
        if (more.value.offset !== offset && looked >= readEventsMax) {
          next = Promise.resolve(more);
          break;
        }
        offset = more.value.offset;
        if (source.wants(more.value)) events.push(more.value);
      }
      yield { events, offset };
    }
  } finally {
    await query.return?.();
  }
}

/** What is there already, or comes in this round of the event loop. */
async function nowOrNever<T>(promise: Promise<T>): Promise<T | undefined> {
  let result: T | undefined;
  const arrived = promise.then(
    (value) => {
      result = value;
    },
    () => undefined,
  );
  // Without a look at the event loop as long as the reader has items at hand.
  await undefined;
  if (result === undefined) await Promise.race([arrived, nextRound()]);
  return result;
}

function nextRound(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
