/** Journals that each break one promise. */
import { VersionConflictError } from "#src/errors.js";
import type { AppendRequest, Journal, SequenceRange } from "#src/storage/journal.js";
import type { StoredEvent } from "#src/storage/stored-event.js";
import { type Fault, journalFault } from "./fault.ts";

type Change<T> = (item: T) => T;

async function* mapped<T>(batches: AsyncIterable<readonly T[]>, change: Change<T>): AsyncGenerator<readonly T[]> {
  for await (const batch of batches) yield batch.map(change);
}

async function collected<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const batch of batches) items.push(...batch);
  return items;
}

async function* inOneBatch<T>(
  batches: AsyncIterable<readonly T[]>,
  change: Change<T[]> = (all) => all,
): AsyncGenerator<readonly T[]> {
  yield change(await collected(batches));
}

function readsChanged(does: string, caughtBy: string, change: Change<StoredEvent>): Fault {
  return journalFault(does, caughtBy, (journal) => ({
    read: (persistenceId, range) => mapped(journal.read(persistenceId, range), change),
    readAll: (fromOffset) => mapped(journal.readAll(fromOffset), change),
  }));
}

function readsWindow(does: string, caughtBy: string, change: Change<SequenceRange>): Fault {
  return journalFault(does, caughtBy, (journal) => ({
    read: (persistenceId, range = {}) => journal.read(persistenceId, change(range)),
  }));
}

function appends(
  does: string,
  caughtBy: string,
  append: (journal: Journal, request: AppendRequest) => Promise<number>,
): Fault {
  return journalFault(does, caughtBy, (journal) => ({ append: (request) => append(journal, request) }));
}

function deletesTo(does: string, caughtBy: string, change: Change<number>): Fault {
  return journalFault(does, caughtBy, (journal) => ({
    deleteTo: (persistenceId, toSequenceNr) => journal.deleteTo(persistenceId, change(toSequenceNr)),
  }));
}

function throughJsonStringify(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function withoutProto(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutProto);
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) copy[key] = withoutProto(member);
  return copy;
}

function sharing(): Fault {
  return journalFault("gives two readers the same objects", "give every reader values of its own", (journal) => {
    const payloads = new Map<number, unknown>();
    const share = (event: StoredEvent): StoredEvent => {
      if (!payloads.has(event.offset)) payloads.set(event.offset, event.payload);
      return { ...event, payload: payloads.get(event.offset) };
    };
    return { read: (persistenceId, range) => mapped(journal.read(persistenceId, range), share) };
  });
}

function slow(): Fault {
  return journalFault(
    "hides pending writes from highestSequenceNr",
    "highestSequenceNr see a write that is pending",
    (journal) => {
      const known = new Map<string, number>();
      return {
        async append(request) {
          const offset = await journal.append(request);
          setImmediate(() => known.set(request.persistenceId, request.sequenceNr + request.events.length - 1));
          return offset;
        },
        highestSequenceNr: async (persistenceId) => known.get(persistenceId) ?? 0,
      };
    },
  );
}

function foldingIds(does: string, fold: Change<string>): Fault {
  return journalFault(does, "events of strange ids are read apart from each other", (journal) => ({
    append: (request) => journal.append({ ...request, persistenceId: fold(request.persistenceId) }),
    read: (persistenceId, range) =>
      mapped(journal.read(fold(persistenceId), range), (event) => ({ ...event, persistenceId })),
    highestSequenceNr: (persistenceId) => journal.highestSequenceNr(fold(persistenceId)),
  }));
}

const reading: readonly Fault[] = [
  readsWindow("ignores the lower bound", "J2", (range) => ({ ...range, fromSequenceNr: 1 })),
  readsWindow("ignores the upper bound", "J3", (range) => ({ ...range, toSequenceNr: undefined })),
  readsWindow("takes the upper bound as exclusive", "J7", (range) => ({
    ...range,
    toSequenceNr: (range.toSequenceNr ?? 1e9) - 1,
  })),
  readsWindow("ignores the count limit", "J4", (range) => ({ ...range, max: undefined })),
  readsWindow("takes a count limit of 0 as none", "J9", (range) => ({ ...range, max: range.max || undefined })),
  readsChanged("loses metadata", "J21", (event) => ({ ...event, metadata: {} })),
  readsChanged("loses receipts", "give back the receipt of a command", (event) => ({ ...event, receipt: undefined })),
  readsChanged("loses tags", "J1", (event) => ({ ...event, tags: [] })),
  readsChanged("loses the entity id", "J1", (event) => ({ ...event, entityId: "" })),
  readsChanged("loses the version", "J1", (event) => ({ ...event, version: 1 })),
  readsChanged("rounds timestamps to seconds", "J1", (event) => ({
    ...event,
    timestamp: event.timestamp - (event.timestamp % 1_000),
  })),
  readsChanged("turns -0 into 0", "J20", (event) => ({ ...event, payload: throughJsonStringify(event.payload) })),
  readsChanged("sets a prototype instead of the key __proto__", "J20", (event) => ({
    ...event,
    payload: withoutProto(event.payload),
  })),
  sharing(),
  journalFault("reads the newest event first", "J1", (journal) => ({
    read: (persistenceId, range) => inOneBatch(journal.read(persistenceId, range), (events) => events.reverse()),
  })),
  journalFault("orders sequence numbers as text", "volume appends 10,000 events in one write", (journal) => ({
    read: (persistenceId, range) =>
      inOneBatch(journal.read(persistenceId, range), (events) =>
        events.sort((a, b) => (String(a.sequenceNr) < String(b.sequenceNr) ? -1 : 1)),
      ),
  })),
  journalFault("reads everything into one batch", "hands 20 MB over in several batches", (journal) => ({
    read: (persistenceId, range) => inOneBatch(journal.read(persistenceId, range)),
  })),
  journalFault("stops reading after one batch", "volume appends 10,000 events in one write", (journal) => ({
    async *read(persistenceId, range) {
      for await (const batch of journal.read(persistenceId, range)) return yield batch;
    },
  })),
];

const writing: readonly Fault[] = [
  appends("loses the last event of a write", "J1", (journal, request) =>
    journal.append({ ...request, events: request.events.length > 1 ? request.events.slice(0, -1) : request.events }),
  ),
  appends(
    "accepts a conflicting write under the next number",
    "refuses the second of two writers and stores",
    async (journal, request) => {
      const highest = await journal.highestSequenceNr(request.persistenceId);
      return journal.append(
        highest === 0 ? request : { ...request, sequenceNr: highest + 1, expectedSequenceNr: highest },
      );
    },
  ),
  appends("stores a part of a refused write", "leaves nothing of a refused write", async (journal, request) => {
    const highest = await journal.highestSequenceNr(request.persistenceId);
    const known = highest === 0 ? 0 : Math.max(highest - request.sequenceNr + 1, 0);
    const rest = request.events.slice(known);
    const refused = known > 0 && rest.length > 0;
    if (refused) await journal.append({ ...request, sequenceNr: highest + 1, events: rest });
    if (refused) throw new VersionConflictError(request.persistenceId, request.sequenceNr - 1, highest);
    return journal.append(request);
  }),
  appends("refuses with an error of its own", "refuses the second of two writers and stores", (journal, request) =>
    journal.append(request).catch(() => {
      throw new Error("duplicate key");
    }),
  ),
  appends("names the wrong version in a conflict", "refuses a write that would leave a gap", (journal, request) =>
    journal.append(request).catch(() => {
      throw new VersionConflictError(request.persistenceId, request.sequenceNr, 0);
    }),
  ),
  appends("lets a stream begin with a gap", "refuses a gap at the beginning of a stream", async (journal, request) => {
    const highest = await journal.highestSequenceNr(request.persistenceId);
    return journal.append(highest === 0 ? { ...request, expectedSequenceNr: 0 } : request);
  }),
  appends(
    "lets no stream begin later than at 1",
    "lets an empty stream begin at any number for a writer that knows it to be empty",
    async (journal, request) => {
      const highest = await journal.highestSequenceNr(request.persistenceId);
      if (request.sequenceNr > highest + 1)
        throw new VersionConflictError(request.persistenceId, request.sequenceNr - 1, highest);
      return journal.append(request);
    },
  ),
  appends("counts offsets from 0", "J1", async (journal, request) => (await journal.append(request)) - 1),
  appends("acknowledges in any order", "acknowledges in the order of the offsets,", async (journal, request) => {
    const offset = await journal.append(request);
    if (request.persistenceId === "p-7") await new Promise(setImmediate);
    return offset;
  }),
  slow(),
];

const deleting: readonly Fault[] = [
  journalFault("forgets that a stream was purged", "tells where a life", () => ({ purgedTo: async () => 0 })),
  journalFault("takes a deletion for a purge", "tells where a life", (journal) => ({
    purgedTo: (persistenceId) => journal.highestSequenceNr(persistenceId),
  })),
  deletesTo("deletes one event too few", "J12", (toSequenceNr) => toSequenceNr - 1),
  deletesTo("deletes one event too many", "J12", (toSequenceNr) => toSequenceNr + 1),
  deletesTo("deletes nothing", "J14", () => 0),
  deletesTo("deletes whole writes only", "delete within a write of several events", (toSequenceNr) =>
    toSequenceNr === 4 ? 3 : toSequenceNr,
  ),
  journalFault(
    "deletes what is appended after the call",
    "lets deleteTo spare what is appended after the call",
    (journal) => ({
      async deleteTo(persistenceId, toSequenceNr) {
        await new Promise(setImmediate);
        await journal.deleteTo(persistenceId, toSequenceNr);
      },
    }),
  ),
  journalFault("forgets the highest sequence number when all events are deleted", "J14", (journal) => ({
    async highestSequenceNr(persistenceId) {
      const events = await collected(journal.read(persistenceId));
      return events.at(-1)?.sequenceNr ?? 0;
    },
  })),
];

const acrossStreams: readonly Fault[] = [
  foldingIds("does not tell upper from lower case", (id) => id.toLowerCase()),
  foldingIds("ends an id at NUL", (id) => id.replace(/\0.*/s, "")),
  foldingIds("trims ids", (id) => id.trim()),
  foldingIds("normalizes Unicode in ids", (id) => id.normalize("NFC")),
  foldingIds("unescapes ids", (id) => id.replace(/%7C/g, "|")),
  foldingIds("cuts long ids", (id) => id.slice(0, 255)),
  journalFault(
    "reads streams whose id begins with the id too",
    "events of strange ids are read apart from each other",
    (journal) => ({
      async *read(persistenceId) {
        for (const id of await collected(journal.persistenceIds())) {
          if (id.startsWith(persistenceId)) yield* journal.read(id);
        }
      },
    }),
  ),
  journalFault("takes fromOffset as inclusive", "reads what comes after offset 3, exclusive", (journal) => ({
    readAll: (fromOffset = 0) => journal.readAll(Math.max(fromOffset - 1, 0)),
  })),
  journalFault("orders all events by stream", "reads all events in the order of their offsets,", (journal) => ({
    readAll: (fromOffset) =>
      inOneBatch(journal.readAll(fromOffset), (events) =>
        events.sort((a, b) => (a.persistenceId < b.persistenceId ? -1 : 1)),
      ),
  })),
  journalFault("lists ids once per event", "lists every id once,", (journal) => ({
    persistenceIds: () => mappedToIds(journal.readAll()),
  })),
  journalFault("forgets ids whose events are deleted", "lists every id once,", (journal) => ({
    persistenceIds: () => inOneBatch(mappedToIds(journal.readAll()), (ids) => [...new Set(ids)]),
  })),
  journalFault(
    "lowers the highest offset when events are deleted",
    "does not give the offsets of deleted events again",
    (journal) => {
      let kept = 0;
      return {
        async deleteTo(persistenceId, toSequenceNr) {
          await journal.deleteTo(persistenceId, toSequenceNr);
          kept = (await collected(journal.readAll())).at(-1)?.offset ?? 0;
        },
        highestOffset: () => kept,
      };
    },
  ),
];

async function* mappedToIds(batches: AsyncIterable<readonly StoredEvent[]>): AsyncGenerator<readonly string[]> {
  for await (const batch of batches) yield batch.map((event) => event.persistenceId);
}

export const journalFaults: readonly Fault[] = [...reading, ...writing, ...deleting, ...acrossStreams];
