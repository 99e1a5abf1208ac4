/** What the reference systems assert of a journal: the cases J1 to J22. */
import assert from "node:assert/strict";
import { encodeJson } from "../codec/encode-json.ts";
import { SerializationError } from "../errors.ts";
import type { SequenceRange } from "../storage/journal.ts";
import { assertEvents } from "./assert-events.ts";
import { collect } from "./collect.ts";
import { jsonSamples } from "./json-samples.ts";
import type { TestRunner } from "./runner.ts";
import { sampleEvents, sampleRequest } from "./sample-request.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const persistenceId = "p-1";
const unbounded = Number.MAX_SAFE_INTEGER;
const written = sampleEvents(1, persistenceId, 1, "a-1", "a-2", "a-3", "a-4", "a-5");

interface WindowCase {
  readonly name: string;
  readonly deleteTo?: number;
  readonly range: SequenceRange;
  readonly expected: readonly number[];
}

/** `[from, to, max]`, as the reference writes it. */
function range(fromSequenceNr: number, toSequenceNr: number, max: number): SequenceRange {
  return { fromSequenceNr, toSequenceNr, max };
}

const windowCases: readonly WindowCase[] = [
  { name: "J1 replay all messages", range: range(1, unbounded, unbounded), expected: [1, 2, 3, 4, 5] },
  {
    name: "J2 replay messages using a lower sequence number bound",
    range: range(3, unbounded, unbounded),
    expected: [3, 4, 5],
  },
  {
    name: "J3 replay messages using an upper sequence number bound",
    range: range(1, 3, unbounded),
    expected: [1, 2, 3],
  },
  { name: "J4 replay messages using a count limit", range: range(1, unbounded, 3), expected: [1, 2, 3] },
  {
    name: "J5 replay messages using a lower and upper sequence number bound",
    range: range(2, 3, unbounded),
    expected: [2, 3],
  },
  {
    name: "J6 replay messages using a lower and upper sequence number bound and a count limit",
    range: range(2, 5, 2),
    expected: [2, 3],
  },
  {
    name: "J7 replay a single message if lower sequence number bound equals upper",
    range: range(2, 2, unbounded),
    expected: [2],
  },
  { name: "J8 replay a single message if count limit equals 1", range: range(2, 4, 1), expected: [2] },
  { name: "J9 not replay messages if count limit equals 0", range: range(2, 4, 0), expected: [] },
  {
    name: "J10 not replay messages if lower sequence number bound is greater than upper",
    range: range(3, 2, unbounded),
    expected: [],
  },
  {
    name: "J12 not replay permanently deleted messages",
    deleteTo: 3,
    range: range(1, unbounded, unbounded),
    expected: [4, 5],
  },
  {
    name: "J13 not reset highestSequenceNr after message deletion",
    deleteTo: 3,
    range: range(0, unbounded, unbounded),
    expected: [4, 5],
  },
  {
    name: "J14 not reset highestSequenceNr after journal cleanup",
    deleteTo: unbounded,
    range: range(0, unbounded, unbounded),
    expected: [],
  },
  {
    name: "J15 replay all surviving messages if lower bound equals the last deleted sequence number",
    deleteTo: 3,
    range: range(3, unbounded, unbounded),
    expected: [4, 5],
  },
  {
    name: "J16 replay nothing if upper bound falls within the deleted prefix",
    deleteTo: 3,
    range: range(1, 2, unbounded),
    expected: [],
  },
  {
    name: "J17 replay nothing if upper bound equals the last deleted sequence number",
    deleteTo: 3,
    range: range(1, 3, unbounded),
    expected: [],
  },
  {
    name: "J18 replay from the first surviving message if lower bound equals it",
    deleteTo: 3,
    range: range(4, unbounded, unbounded),
    expected: [4, 5],
  },
  {
    name: "J22 replay a window that spans the deleted prefix",
    deleteTo: 3,
    range: range(1, 4, unbounded),
    expected: [4],
  },
  { name: "replay everything when no window is given", range: {}, expected: [1, 2, 3, 4, 5] },
  { name: "count only kept messages against the limit", deleteTo: 3, range: range(1, unbounded, 1), expected: [4] },
  { name: "delete within a write of several events", deleteTo: 4, range: {}, expected: [5] },
  { name: "delete nothing up to 0", deleteTo: 0, range: {}, expected: [1, 2, 3, 4, 5] },
];

/** J1 to J22, and windows in our words. */
export function journalSuite({ describe, it, beforeEach }: TestRunner, store: StoreUnderTest): void {
  describe("a journal with the writes [1], [2], [3], [4, 5] should", () => {
    beforeEach(async () => {
      const { journal } = store;
      const offsets = await Promise.all([
        journal.append(sampleRequest(persistenceId, 1, "a-1")),
        journal.append(sampleRequest(persistenceId, 2, "a-2")),
        journal.append(sampleRequest(persistenceId, 3, "a-3")),
        journal.append(sampleRequest(persistenceId, 4, "a-4", "a-5")),
      ]);
      assert.deepEqual(offsets, [1, 2, 3, 4]);
    });

    for (const { name, deleteTo, range, expected } of windowCases) {
      it(name, async () => {
        if (deleteTo !== undefined) await store.journal.deleteTo(persistenceId, deleteTo);
        const events = written.filter((event) => expected.includes(event.sequenceNr));
        await assertEvents(store.journal.read(persistenceId, range), events);
        assert.equal(await store.journal.highestSequenceNr(persistenceId), 5);
      });
    }

    it("J11 not replay messages if the persistenceId has not written messages", async () => {
      await assertEvents(store.journal.read("non-existing-pid", range(0, unbounded, unbounded)), []);
      assert.equal(await store.journal.highestSequenceNr("non-existing-pid"), 0);
    });

    it("J19 refuse an event that JSON would damage, and give its number to the next one", async () => {
      await store.journal.append(sampleRequest(persistenceId, 6, "a-6"));
      assert.throws(() => encodeJson({ at: new Date(0) }, "event Noted", persistenceId), SerializationError);
      await store.journal.append(sampleRequest(persistenceId, 7, "a-8"));
      const events = sampleEvents(6, persistenceId, 6, "a-6", "a-8");
      await assertEvents(store.journal.read(persistenceId, { fromSequenceNr: 6 }), events);
    });

    it("J20 serialize events of every JSON kind", async () => {
      await store.journal.append(sampleRequest(persistenceId, 6, ...jsonSamples));
      const events = sampleEvents(6, persistenceId, 6, ...jsonSamples);
      await assertEvents(store.journal.read(persistenceId, { fromSequenceNr: 6 }), events);
    });

    it("J21 return metadata", async () => {
      const metadata = { correlationId: "c-1", nested: { list: [1, -0, null] } };
      const request = sampleRequest(persistenceId, 6, "a-6", "a-7");
      const events = request.events.map((event) => ({ ...event, metadata: encodeJson(metadata, "metadata") }));
      await store.journal.append({ ...request, events });
      const stored = await collect(store.journal.read(persistenceId, { fromSequenceNr: 6 }));
      assert.deepEqual(
        stored.map((event) => event.metadata),
        [metadata, metadata],
      );
    });

    it("give back the receipt of a command with the event that it came with, and with no other", async () => {
      const receipts = [undefined, { id: 'c-"1"', reply: { total: -0, list: [null] } }, { id: "c-2" }];
      const request = sampleRequest(persistenceId, 6, "a-6", "a-7", "a-8");
      const events = request.events.map((event, index) => {
        const receipt = receipts[index];
        return receipt ? { ...event, receipt: encodeJson(receipt, "receipt") } : event;
      });
      await store.journal.append({ ...request, events });
      await store.journal.deleteTo(persistenceId, 6);
      const readers = [store.journal.read(persistenceId), store.journal.readAll(6)];
      for (const stored of await Promise.all(readers.map((reader) => collect(reader)))) {
        assert.deepEqual(
          stored.map((event) => event.receipt),
          receipts.slice(1),
        );
      }
    });

    it("give back no metadata as an empty object, and no tags as an empty list", async () => {
      const request = sampleRequest(persistenceId, 6, "a-6");
      await store.journal.append({ ...request, events: request.events.map((event) => ({ ...event, tags: [] })) });
      const [event] = await collect(store.journal.read(persistenceId, { fromSequenceNr: 6 }));
      assert.deepEqual(event?.metadata, {});
      assert.deepEqual(event?.tags, []);
    });

    it("give every reader values of its own", async () => {
      const payload = { items: ["a"] };
      await store.journal.append(sampleRequest(persistenceId, 6, payload));
      payload.items.push("changed by the writer");
      const [first] = await collect(store.journal.read(persistenceId, { fromSequenceNr: 6 }));
      const [second] = await collect(store.journal.read(persistenceId, { fromSequenceNr: 6 }));
      assert.deepEqual(first?.payload, { items: ["a"] });
      assert.notEqual(first?.payload, second?.payload, "two readers share an object");
    });

    it("delete for good: what was deleted is not deleted twice, nor brought back by later writes", async () => {
      await store.journal.deleteTo(persistenceId, 4);
      await store.journal.deleteTo(persistenceId, 2);
      await store.journal.append(sampleRequest(persistenceId, 6, "a-6"));
      const events = [...written.slice(4), ...sampleEvents(6, persistenceId, 6, "a-6")];
      await assertEvents(store.journal.read(persistenceId), events);
    });

    it("delete nothing of a stream that does not exist", async () => {
      await store.journal.deleteTo("non-existing-pid", unbounded);
      assert.equal(await store.journal.highestSequenceNr("non-existing-pid"), 0);
      await assertEvents(store.journal.read(persistenceId), written);
    });
  });
}
