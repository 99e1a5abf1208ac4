/** From stored events to live ones under load: no gap, no duplicate, whoever begins when, and however slowly. */

import process from "node:process";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import fc from "fast-check";
import type { EventEnvelope, Query } from "rekindle";
import type { ReadJournal } from "#src/query/read-journal.js";
import { onEveryStorage } from "../support/every-storage.ts";
import { type OpenJournal, openJournal, writeOf } from "./open-journal.ts";

const runs = Number(process.env.HAND_OVER_RUNS ?? 12);

const ids = ["cart|1", "cart|2", "order|1"];
const tags = ["green", "black"];

/** What a reader reads, and which of all events these are. */
const subjects = {
  everything: {
    query: (readJournal: ReadJournal, fromOffset: number) => readJournal.events({ live: true, fromOffset }),
    wants: (event: EventEnvelope, fromOffset: number) => event.offset > fromOffset,
  },
  carts: {
    query: (readJournal: ReadJournal, fromOffset: number) =>
      readJournal.events({ live: true, fromOffset, entityType: "cart" }),
    wants: (event: EventEnvelope, fromOffset: number) => event.offset > fromOffset && event.entityType === "cart",
  },
  green: {
    query: (readJournal: ReadJournal, fromOffset: number) =>
      readJournal.eventsByTag("green", { live: true, fromOffset }),
    wants: (event: EventEnvelope, fromOffset: number) => event.offset > fromOffset && event.tags.includes("green"),
  },
  "one cart": {
    query: (readJournal: ReadJournal, fromSequenceNr: number) =>
      readJournal.eventsByPersistenceId("cart|1", { live: true, fromSequenceNr }),
    wants: (event: EventEnvelope, from: number) => event.persistenceId === "cart|1" && event.sequenceNr >= from,
  },
} as const;

const write = fc.record({
  id: fc.constantFrom(...ids),
  tags: fc.subarray(tags),
  count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 400 })),
  /** How many rounds of the event loop pass before the next write. */
  pause: fc.integer({ min: 0, max: 4 }),
});

const reader = fc.record({
  subject: fc.constantFrom(...(Object.keys(subjects) as (keyof typeof subjects)[])),
  from: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500 })),
  /** Before which write it begins. */
  begins: fc.integer({ min: 0, max: 30 }),
  /** After so many events it rests for some rounds. */
  restsAfter: fc.integer({ min: 1, max: 300 }),
  rests: fc.integer({ min: 0, max: 5 }),
});

interface Seen {
  readonly what: string;
  readonly wants: (event: EventEnvelope) => boolean;
  readonly query: Query<EventEnvelope>;
  readonly offsets: number[];
  readonly reading: Promise<void>;
}

function begin(readJournal: ReadJournal, { subject, from, restsAfter, rests }: ReaderPlan): Seen {
  const { query: make, wants } = subjects[subject];
  const query = make(readJournal, from);
  const offsets: number[] = [];
  const read = async (): Promise<void> => {
    for await (const { offset } of query) {
      offsets.push(offset);
      if (offsets.length % restsAfter === 0) for (let turn = 0; turn < rests; turn++) await nextTurn();
    }
  };
  return { what: `${subject} from ${from}`, wants: (event) => wants(event, from), query, offsets, reading: read() };
}

type WritePlan = typeof write extends fc.Arbitrary<infer T> ? T : never;
type ReaderPlan = typeof reader extends fc.Arbitrary<infer T> ? T : never;

async function tryOut(
  { journal, readJournal }: OpenJournal,
  writes: WritePlan[],
  readers: ReaderPlan[],
): Promise<void> {
  const highest = new Map<string, number>();
  const seen: Seen[] = [];
  const appended: Promise<number>[] = [];
  for (const [index, { id, tags: some, count, pause }] of writes.entries()) {
    for (const plan of readers) if (plan.begins === index) seen.push(begin(readJournal, plan));
    const sequenceNr = (highest.get(id) ?? 0) + 1;
    highest.set(id, sequenceNr + count - 1);
    appended.push(journal.append(writeOf(id, sequenceNr, count, some)));
    for (let turn = 0; turn < pause; turn++) await nextTurn();
  }
  await Promise.all(appended);
  const all: EventEnvelope[] = [];
  for await (const event of readJournal.events()) all.push(event);
  for (const { what, wants, query, offsets, reading } of seen) {
    const expected = all.filter(wants).map(({ offset }) => offset);
    const patience = performance.now() + 5_000;
    while (performance.now() < patience && offsets.length < expected.length) await nextTurn();
    for (let turn = 0; turn < 3; turn++) await nextTurn();
    await query.return();
    await reading;
    expect(offsets, what).to.deep.equal(expected);
  }
}

onEveryStorage((newStorage) => {
  describe("live readers who begin at any moment", function () {
    this.timeout(60_000);

    it("222: get every event that they want once and in order, while others write", async () => {
      const plan = fc.asyncProperty(
        fc.array(write, { minLength: 5, maxLength: 30 }),
        fc.array(reader, { minLength: 1, maxLength: 6 }),
        async (writes, readers) => {
          const open = await openJournal(newStorage());
          try {
            await tryOut(open, writes, readers);
          } finally {
            await open.close();
          }
        },
      );
      await fc.assert(plan, { numRuns: runs });
      expect(runs).to.be.above(0);
    });

    it("222: get everything, although far more has come than is remembered for them", async () => {
      const { journal, readJournal, close } = await openJournal(newStorage());
      const query = readJournal.events({ live: true });
      const first = query.next();
      const perWrite = 1_000;
      const total = 20_000;
      for (let from = 1; from < total; from += perWrite) await journal.append(writeOf("cart|1", from, perWrite));
      expect((await first).value?.offset).to.equal(1);
      for (let offset = 2; offset <= total; offset++) {
        const { value } = await query.next();
        if (value?.offset !== offset) expect.fail(`${value?.offset} came after ${offset - 1}`);
      }
      const last = query.next();
      await journal.append(writeOf("cart|1", total + 1, 1));
      expect((await last).value?.offset).to.equal(total + 1);
      await close();
    });
  });
});
