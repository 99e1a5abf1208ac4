/** Whatever an id contains, its stream and its snapshots stay apart from all others. */
import assert from "node:assert/strict";
import type { StoredEvent } from "../storage/stored-event.ts";
import { assertEvents } from "./assert-events.ts";
import { collect } from "./collect.ts";
import type { TestRunner } from "./runner.ts";
import { sampleEvents, sampleRequest } from "./sample-request.ts";
import { sampleSnapshot } from "./sample-snapshot.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** Separators, escapes and bounds of key encodings, names that objects inherit, and ids that begin with another id. */
const ids: readonly string[] = [
  "a",
  "aa",
  "a1",
  "a|",
  "a|1",
  "a|1|",
  "a|1|2",
  "a|11",
  "a!",
  "a/1",
  "a/../1",
  "a%",
  "a%7C1",
  "a%257C1",
  "a\u00001",
  "a\u0000",
  "\u0000",
  "\u0001",
  "a\n",
  "a\r\nb",
  "a\tb",
  "a b",
  " a",
  "a ",
  "A",
  "a:1",
  "a-1",
  "a_1",
  "a.1",
  "a\\1",
  "a'1",
  'a"1',
  "a;--",
  "$$$",
  "$$$a",
  "~",
  "\u007f",
  "\uffff",
  "a\uffff",
  "\u{10ffff}",
  "café",
  "cafe\u0301",
  "담음",
  "🍌",
  "__proto__",
  "constructor",
  "1",
  "01",
  "x".repeat(500),
  `${"x".repeat(500)}y`,
];

/** The last one is the id's own, so that two streams never hold equal events. */
function notes(id: string): readonly string[] {
  return ["first", "second", id];
}

/** Events and snapshots of all ids above, in one store. */
export function idsSuite({ describe, it, beforeEach }: TestRunner, store: StoreUnderTest): void {
  let offsets: readonly number[] = [];

  function eventsOf(id: string): readonly StoredEvent[] {
    return sampleEvents(offsets[ids.indexOf(id)] ?? 0, id, 1, ...notes(id));
  }

  describe("events of strange ids", () => {
    beforeEach(async () => {
      offsets = await Promise.all(ids.map((id) => store.journal.append(sampleRequest(id, 1, ...notes(id)))));
    });

    it("are read apart from each other", async () => {
      for (const id of ids) {
        await assertEvents(store.journal.read(id), eventsOf(id));
        assert.equal(await store.journal.highestSequenceNr(id), 3, id);
      }
    });

    it("are found by ids that are listed as they were written", async () => {
      assert.deepEqual((await collect(store.journal.persistenceIds())).sort(), [...ids].sort());
    });

    it("are all in the global order", async () => {
      await assertEvents(
        store.journal.readAll(),
        ids.flatMap(eventsOf).sort((a, b) => a.offset - b.offset),
      );
    });

    it("are deleted apart from each other", async () => {
      for (const [index, id] of ids.entries()) {
        if (index % 2 === 0) await store.journal.deleteTo(id, Number.MAX_SAFE_INTEGER);
      }
      for (const [index, id] of ids.entries()) {
        const kept = index % 2 === 0 ? [] : eventsOf(id);
        await assertEvents(store.journal.read(id), kept);
      }
    });
  });

  describe("snapshots of strange ids", () => {
    beforeEach(async () => {
      for (const [index, id] of ids.entries()) {
        await store.snapshots.save(sampleSnapshot(id, 1 + index, { id }));
      }
    });

    it("are loaded apart from each other", async () => {
      for (const [index, id] of ids.entries()) {
        const snapshot = await store.snapshots.load(id);
        assert.deepEqual(snapshot?.state, { id });
        assert.equal(snapshot?.persistenceId, id);
        assert.deepEqual(
          (await store.snapshots.list(id)).map(({ sequenceNr }) => sequenceNr),
          [1 + index],
        );
      }
    });

    it("are deleted apart from each other", async () => {
      for (const [index, id] of ids.entries()) {
        if (index % 3 === 0) await store.snapshots.deleteMatching(id, {});
        if (index % 3 === 1) await store.snapshots.delete(id, 1 + index);
      }
      for (const [index, id] of ids.entries()) {
        assert.deepEqual((await store.snapshots.load(id))?.state, index % 3 === 2 ? { id } : undefined);
      }
    });
  });
}
