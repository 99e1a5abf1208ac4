/** Many events, and large ones. */
import assert from "node:assert/strict";
import { assertEvents } from "./assert-events.ts";
import type { TestRunner } from "./runner.ts";
import { sampleEvents, sampleRequest } from "./sample-request.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const persistenceId = "p-1";
const payloads = Array.from({ length: 10_000 }, (_, index) => `a-${index}`);

/** Sizes at which a bound on batches, on recursion or on arguments would show. */
export function volumeSuite({ describe, it }: TestRunner, store: StoreUnderTest): void {
  describe("volume", () => {
    it("appends 10,000 events in one write", async () => {
      assert.equal(await store.journal.append(sampleRequest(persistenceId, 1, ...payloads)), 1);
      await assertEvents(store.journal.read(persistenceId), sampleEvents(1, persistenceId, 1, ...payloads));
      await assertEvents(
        store.journal.readAll(9_990),
        sampleEvents(9_991, persistenceId, 9_991, ...payloads.slice(9_990)),
      );
    });

    it("appends 10,000 events in 10,000 writes that are pending together", async () => {
      const writes = payloads.map((payload, index) =>
        store.journal.append(sampleRequest(persistenceId, 1 + index, payload)),
      );
      const offsets = await Promise.all(writes);
      assert.deepEqual(
        offsets,
        payloads.map((_, index) => 1 + index),
      );
      await assertEvents(store.journal.read(persistenceId), sampleEvents(1, persistenceId, 1, ...payloads));
    });

    it("appends one event after the other, and reads windows of them", async () => {
      for (const [index, payload] of payloads.slice(0, 1_000).entries()) {
        await store.journal.append(sampleRequest(persistenceId, 1 + index, payload));
      }
      const events = sampleEvents(1, persistenceId, 1, ...payloads.slice(0, 1_000));
      await assertEvents(store.journal.read(persistenceId), events);
      for (const [fromSequenceNr, toSequenceNr, max] of [
        [255, 258, 10],
        [500, 1_000, 300],
        [1, 999, 513],
      ] as const) {
        const window = events.slice(fromSequenceNr - 1, toSequenceNr).slice(0, max);
        await assertEvents(store.journal.read(persistenceId, { fromSequenceNr, toSequenceNr, max }), window);
      }
    });

    it("deletes the first 9,999 of 10,000 events", async () => {
      for (let first = 0; first < payloads.length; first += 1_000) {
        await store.journal.append(sampleRequest(persistenceId, 1 + first, ...payloads.slice(first, first + 1_000)));
      }
      await store.journal.deleteTo(persistenceId, 9_999);
      const kept = sampleEvents(10_000, persistenceId, 10_000, "a-9999");
      await assertEvents(store.journal.read(persistenceId), kept);
      await assertEvents(store.journal.readAll(), kept);
    });

    it("lets a reader go on, without a gap, while events are deleted and appended", async () => {
      for (let first = 0; first < payloads.length; first += 1_000) {
        await store.journal.append(sampleRequest(persistenceId, 1 + first, ...payloads.slice(first, first + 1_000)));
      }
      for (const batches of [store.journal.read(persistenceId), store.journal.readAll()]) {
        const highest = await store.journal.highestSequenceNr(persistenceId);
        let previous: number | undefined;
        for await (const batch of batches) {
          if (previous === undefined) {
            await store.journal.append(sampleRequest(persistenceId, highest + 1, "later"));
            await store.journal.deleteTo(persistenceId, 5_000);
          }
          for (const { sequenceNr } of batch) {
            if (previous !== undefined && previous !== sequenceNr - 1) {
              assert.ok(previous < 5_000 && sequenceNr === 5_001, `event ${sequenceNr} came after event ${previous}`);
            }
            previous = sequenceNr;
          }
        }
        assert.ok(
          previous === highest || previous === highest + 1,
          `the reader ended at ${previous}, before ${highest}`,
        );
      }
    });

    it("hands 20 MB over in several batches", async () => {
      const twoKilobytes = payloads.slice(0, 1_000).map((payload) => payload.padEnd(2_000));
      for (let first = 0; first < 10_000; first += 1_000) {
        await store.journal.append(sampleRequest(persistenceId, 1 + first, ...twoKilobytes));
      }
      for (const batches of [store.journal.read(persistenceId), store.journal.readAll()]) {
        let count = 0;
        for await (const _batch of batches) count++;
        assert.ok(count > 1, "10,000 events came in one batch");
      }
    });

    it("stores an event of 1 MB between small ones", async () => {
      const large = { text: "é".repeat(524_288), list: Array.from({ length: 1_000 }, (_, index) => ({ index })) };
      await store.journal.append(sampleRequest(persistenceId, 1, "small", large, "small"));
      await store.journal.append(sampleRequest(persistenceId, 4, large));
      await assertEvents(
        store.journal.read(persistenceId),
        sampleEvents(1, persistenceId, 1, "small", large, "small", large),
      );
    });
  });
}
