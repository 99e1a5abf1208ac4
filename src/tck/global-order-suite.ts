/** What the journal promises across streams: one order of offsets, and every persistence id once. */
import assert from "node:assert/strict";
import { assertEvents } from "./assert-events.ts";
import { collect } from "./collect.ts";
import type { TestRunner } from "./runner.ts";
import { sampleEvents, sampleRequest } from "./sample-request.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const all = [
  ...sampleEvents(1, "p-1", 1, "a", "b"),
  ...sampleEvents(3, "p-2", 1, "c"),
  ...sampleEvents(4, "p-1", 3, "d"),
  ...sampleEvents(5, "p-3", 1, "e", "f", "g"),
];

/** Offsets, readAll and persistenceIds. */
export function globalOrderSuite({ describe, it, beforeEach }: TestRunner, store: StoreUnderTest): void {
  describe("an empty journal", () => {
    it("has the highest offset 0, no events and no ids", async () => {
      assert.equal(store.journal.highestOffset(), 0);
      await assertEvents(store.journal.readAll(), []);
      assert.deepEqual(await collect(store.journal.persistenceIds()), []);
    });
  });

  describe("a journal of several streams", () => {
    beforeEach(async () => {
      await store.journal.append(sampleRequest("p-1", 1, "a", "b"));
      await store.journal.append(sampleRequest("p-2", 1, "c"));
      await store.journal.append(sampleRequest("p-1", 3, "d"));
      await store.journal.append(sampleRequest("p-3", 1, "e", "f", "g"));
    });

    it("reads all events in the order of their offsets, gap-free from 1", async () => {
      await assertEvents(store.journal.readAll(), all);
      await assertEvents(store.journal.readAll(0), all);
      assert.equal(store.journal.highestOffset(), 7);
    });

    for (let fromOffset = 1; fromOffset <= 8; fromOffset++) {
      it(`reads what comes after offset ${fromOffset}, exclusive`, async () => {
        await assertEvents(store.journal.readAll(fromOffset), all.slice(fromOffset));
      });
    }

    it("keeps every offset when events are deleted", async () => {
      await store.journal.deleteTo("p-1", 2);
      await store.journal.deleteTo("p-3", 2);
      const kept = [...all.slice(2, 4), ...all.slice(6)];
      await assertEvents(store.journal.readAll(), kept);
      await assertEvents(store.journal.readAll(3), kept.slice(1));
      assert.equal(store.journal.highestOffset(), 7);
    });

    it("does not give the offsets of deleted events again", async () => {
      await store.journal.deleteTo("p-3", Number.MAX_SAFE_INTEGER);
      await store.journal.deleteTo("p-1", Number.MAX_SAFE_INTEGER);
      assert.equal(store.journal.highestOffset(), 7);
      assert.equal(await store.journal.append(sampleRequest("p-3", 4, "h")), 8);
      await assertEvents(store.journal.readAll(), [...all.slice(2, 3), ...sampleEvents(8, "p-3", 4, "h")]);
    });

    it("lists every id once, those whose events are all deleted included", async () => {
      await store.journal.deleteTo("p-2", Number.MAX_SAFE_INTEGER);
      assert.deepEqual((await collect(store.journal.persistenceIds())).sort(), ["p-1", "p-2", "p-3"]);
    });

    it("lists no id that has only read, only been refused or only saved a snapshot", async () => {
      await collect(store.journal.read("reader"));
      await store.journal.highestSequenceNr("reader");
      await store.journal.deleteTo("deleter", 10);
      await assert.rejects(store.journal.append(sampleRequest("p-1", 99, "x")));
      await store.snapshots.save({ persistenceId: "saver", sequenceNr: 5, schemaVersion: 1, state: "{}" });
      assert.deepEqual((await collect(store.journal.persistenceIds())).sort(), ["p-1", "p-2", "p-3"]);
    });
  });

  describe("a journal of many streams", () => {
    it("lists 3,000 ids once each, and reads their events in order", async () => {
      const ids = Array.from({ length: 3_000 }, (_, index) => `p-${index}`);
      await Promise.all(ids.map((id) => store.journal.append(sampleRequest(id, 1, "a"))));
      await Promise.all(ids.map((id) => store.journal.append(sampleRequest(id, 2, "b"))));
      assert.deepEqual((await collect(store.journal.persistenceIds())).sort(), ids.sort());
      const offsets = (await collect(store.journal.readAll())).map((event) => event.offset);
      assert.deepEqual(
        offsets,
        Array.from({ length: 6_000 }, (_, index) => index + 1),
      );
    });
  });
}
