/** What the journal promises the writer: all or nothing, one writer, and acknowledgement in order. */
import assert from "node:assert/strict";
import { VersionConflictError } from "../errors.ts";
import type { AppendRequest, Journal } from "../storage/journal.ts";
import { assertEvents } from "./assert-events.ts";
import { collect } from "./collect.ts";
import type { TestRunner } from "./runner.ts";
import { sampleEvents, sampleRequest } from "./sample-request.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const persistenceId = "p-1";

/** Appends what must be refused, and compares the versions that the error names. */
async function assertConflict(journal: Journal, request: AppendRequest, actualVersion: number): Promise<void> {
  await assert.rejects(journal.append(request), (error: unknown) => {
    assert.ok(error instanceof VersionConflictError, `expected a VersionConflictError, got ${String(error)}`);
    assert.equal(error.persistenceId, request.persistenceId);
    assert.equal(error.expectedVersion, request.expectedSequenceNr ?? request.sequenceNr - 1);
    assert.equal(error.actualVersion, actualVersion);
    return true;
  });
}

/** Conflicts, atomicity and acknowledgement. */
export function appendSuite({ describe, it }: TestRunner, store: StoreUnderTest): void {
  describe("appending", () => {
    it("resolves with the offset of the first event, and the others follow without a gap", async () => {
      assert.equal(await store.journal.append(sampleRequest(persistenceId, 1, "a", "b", "c")), 1);
      assert.equal(await store.journal.append(sampleRequest("p-2", 1, "d")), 4);
      await assertEvents(store.journal.read(persistenceId), sampleEvents(1, persistenceId, 1, "a", "b", "c"));
    });

    it("refuses the second of two writers and stores nothing of it", async () => {
      await store.journal.append(sampleRequest(persistenceId, 1, "a"));
      await store.journal.append(sampleRequest(persistenceId, 2, "first"));
      await assertConflict(store.journal, sampleRequest(persistenceId, 2, "second"), 2);
      await assertEvents(store.journal.read(persistenceId), sampleEvents(1, persistenceId, 1, "a", "first"));
      assert.equal(await store.journal.highestSequenceNr(persistenceId), 2);
      assert.equal(store.journal.highestOffset(), 2);
    });

    it("refuses the second of two writers while the write of the first is pending", async () => {
      const first = store.journal.append(sampleRequest(persistenceId, 1, "first"));
      await assertConflict(store.journal, sampleRequest(persistenceId, 1, "second"), 1);
      await first;
      await assertEvents(store.journal.read(persistenceId), sampleEvents(1, persistenceId, 1, "first"));
    });

    it("refuses a write that would leave a gap", async () => {
      await store.journal.append(sampleRequest(persistenceId, 1, "a"));
      await assertConflict(store.journal, sampleRequest(persistenceId, 3, "c"), 1);
      await assertEvents(store.journal.read(persistenceId), sampleEvents(1, persistenceId, 1, "a"));
    });

    it("leaves nothing of a refused write of several events, and no gap after it", async () => {
      await store.journal.append(sampleRequest(persistenceId, 1, "a", "b"));
      await assertConflict(store.journal, sampleRequest(persistenceId, 2, "x", "y", "z"), 2);
      assert.equal(await store.journal.highestSequenceNr(persistenceId), 2);
      assert.equal(await store.journal.append(sampleRequest(persistenceId, 3, "c")), 3);
      await assertEvents(store.journal.read(persistenceId), sampleEvents(1, persistenceId, 1, "a", "b", "c"));
      await assertEvents(store.journal.readAll(), sampleEvents(1, persistenceId, 1, "a", "b", "c"));
    });

    it("lets a refused write leave alone those that are pending beside it", async () => {
      const before = store.journal.append(sampleRequest(persistenceId, 1, "a"));
      const refused = assertConflict(store.journal, sampleRequest(persistenceId, 7, "x"), 1);
      const after = store.journal.append(sampleRequest(persistenceId, 2, "b"));
      await refused;
      assert.deepEqual(await Promise.all([before, after]), [1, 2]);
      await assertEvents(store.journal.read(persistenceId), sampleEvents(1, persistenceId, 1, "a", "b"));
    });

    it("lets highestSequenceNr see a write that is pending", async () => {
      const pending = store.journal.append(sampleRequest(persistenceId, 1, "a", "b"));
      assert.equal(await store.journal.highestSequenceNr(persistenceId), 2);
      await pending;
    });

    it("lets read see a write that is pending", async () => {
      await store.journal.append(sampleRequest(persistenceId, 1, "a"));
      const pending = store.journal.append(sampleRequest(persistenceId, 2, "b", "c"));
      await assertEvents(store.journal.read(persistenceId), sampleEvents(1, persistenceId, 1, "a", "b", "c"));
      await pending;
    });

    it("lets deleteTo delete a write that is pending", async () => {
      const pending = store.journal.append(sampleRequest(persistenceId, 1, "a", "b", "c"));
      await store.journal.deleteTo(persistenceId, 2);
      await pending;
      await assertEvents(store.journal.read(persistenceId), sampleEvents(3, persistenceId, 3, "c"));
    });

    it("lets deleteTo spare what is appended after the call", async () => {
      await store.journal.append(sampleRequest(persistenceId, 1, "a", "b", "c"));
      const deletions = [2, Number.MAX_SAFE_INTEGER].map((to) => store.journal.deleteTo(persistenceId, to));
      const later = store.journal.append(sampleRequest(persistenceId, 4, "d"));
      await Promise.all([...deletions, later]);
      await assertEvents(store.journal.read(persistenceId), sampleEvents(4, persistenceId, 4, "d"));
    });

    it("acknowledges in the order of the offsets, over many concurrent streams", () =>
      acknowledgesInOrder(store.journal));

    it("refuses a gap at the beginning of a stream", async () => {
      await assertConflict(store.journal, sampleRequest(persistenceId, 2, "x"), 0);
      await assertConflict(store.journal, { ...sampleRequest(persistenceId, 3, "x"), expectedSequenceNr: 1 }, 0);
      assert.equal(await store.journal.append(sampleRequest(persistenceId, 1, "a")), 1);
      await assertConflict(store.journal, { ...sampleRequest(persistenceId, 3, "x"), expectedSequenceNr: 1 }, 1);
      await assertEvents(store.journal.read(persistenceId), sampleEvents(1, persistenceId, 1, "a"));
    });

    it("lets an empty stream begin at any number for a writer that knows it to be empty", async () => {
      const beginning = { ...sampleRequest(persistenceId, 4712, "a", "b"), expectedSequenceNr: 0 };
      assert.equal(await store.journal.append(beginning), 1);
      await assertConflict(store.journal, beginning, 4713);
      assert.equal(await store.journal.highestSequenceNr(persistenceId), 4713);
      await assertConflict(store.journal, sampleRequest(persistenceId, 4712, "x"), 4713);
      await assertConflict(store.journal, sampleRequest(persistenceId, 1, "x"), 4713);
      await store.journal.append(sampleRequest(persistenceId, 4714, "c"));
      const events = sampleEvents(1, persistenceId, 4712, "a", "b", "c");
      await assertEvents(store.journal.read(persistenceId), events);
      await assertEvents(store.journal.read(persistenceId, { fromSequenceNr: 4713, max: 1 }), events.slice(1, 2));
      await assertEvents(store.journal.read(persistenceId, { toSequenceNr: 4711 }), []);
    });

    it("never uses the numbers of deleted events again", async () => {
      await store.journal.append(sampleRequest(persistenceId, 1, "a", "b"));
      await store.journal.deleteTo(persistenceId, Number.MAX_SAFE_INTEGER);
      await assertConflict(store.journal, sampleRequest(persistenceId, 1, "x"), 2);
      await assertConflict(store.journal, sampleRequest(persistenceId, 4712, "x"), 2);
      assert.equal(await store.journal.append(sampleRequest(persistenceId, 3, "c")), 3);
      await assertEvents(store.journal.read(persistenceId), sampleEvents(3, persistenceId, 3, "c"));
    });
  });
}

async function acknowledgesInOrder(journal: Journal): Promise<void> {
  const streamCount = 50;
  const writesPerStream = 20;
  const acknowledged: { readonly offset: number; readonly request: AppendRequest }[] = [];
  const writes: Promise<unknown>[] = [];
  for (let write = 0; write < writesPerStream; write++) {
    for (let stream = 0; stream < streamCount; stream++) {
      const eventCount = 1 + (stream % 3);
      const request = sampleRequest(`p-${stream}`, 1 + write * eventCount, ...Array(eventCount).fill(write));
      writes.push(journal.append(request).then((offset) => acknowledged.push({ offset, request })));
    }
    // Some writes join the commits of others, some do not.
    if (write % 7 === 0) await writes.at(-1);
  }
  await Promise.all(writes);

  let next = 1;
  const order: string[] = [];
  for (const { offset, request } of acknowledged) {
    assert.equal(offset, next, "acknowledged out of order, or with a gap");
    next += request.events.length;
    for (const index of request.events.keys()) order.push(`${request.persistenceId} ${request.sequenceNr + index}`);
  }
  assert.equal(journal.highestOffset(), next - 1);
  const stored = await collect(journal.readAll());
  assert.deepEqual(
    stored.map((event) => `${event.persistenceId} ${event.sequenceNr}`),
    order,
  );
}
