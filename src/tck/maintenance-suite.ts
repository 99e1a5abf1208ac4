/** What a storage promises of proving itself and of taking a stream out of it. */
import assert from "node:assert/strict";
import { collect } from "./collect.ts";
import type { TestRunner } from "./runner.ts";
import { sampleRequest } from "./sample-request.ts";
import { sampleSnapshot } from "./sample-snapshot.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const persistenceId = "p-1";
const neighbour = "p-2";

/** The scrub finds nothing where nothing is wrong, and counts right; a purge leaves nothing but the numbers. */
export function maintenanceSuite(runner: TestRunner, store: StoreUnderTest): void {
  runner.describe("verifying", () => verifyingCases(runner, store));
  runner.describe("purging", () => purgingCases(runner, store));
}

async function fill(store: StoreUnderTest): Promise<void> {
  await Promise.all([
    store.journal.append(sampleRequest(persistenceId, 1, "a-1", "a-2", "a-3")),
    store.journal.append(sampleRequest(neighbour, 1, "b-1")),
  ]);
  await store.journal.append(sampleRequest(persistenceId, 4, "a-4"));
  await store.snapshots.save(sampleSnapshot(persistenceId, 3, "s-3"));
}

function verifyingCases({ it }: TestRunner, store: StoreUnderTest): void {
  it("finds no fault in an empty store", async () => {
    const { ok, faults, streams, events, highestOffset } = await store.maintenance.verify();
    assert.deepEqual([ok, faults, streams, events, highestOffset], [true, [], 0, 0, 0]);
  });

  it("counts streams, events and snapshots", async () => {
    await fill(store);
    const { ok, faults, streams, events, snapshots, highestOffset } = await store.maintenance.verify();
    assert.deepEqual([ok, faults], [true, []]);
    assert.deepEqual(
      { streams, events, snapshots, highestOffset },
      { streams: 2, events: 5, snapshots: 1, highestOffset: 5 },
    );
  });

  it("finds no fault where events were deleted, within an append too", async () => {
    await fill(store);
    for (const deletedTo of [1, 2, 4]) {
      await store.journal.deleteTo(persistenceId, deletedTo);
      const { faults, events } = await store.maintenance.verify();
      assert.deepEqual(faults, []);
      assert.equal(events, 5 - deletedTo);
    }
  });

  it("finds no fault in a stream that begins at a later number", async () => {
    await store.journal.append({ ...sampleRequest(persistenceId, 100, "a"), expectedSequenceNr: 0 });
    assert.deepEqual((await store.maintenance.verify()).faults, []);
  });

  it("tells how far it is", async () => {
    await fill(store);
    const told: number[] = [];
    await store.maintenance.verify({ onProgress: (done, total) => told.push(done / total) });
    assert.equal(told.at(-1), 1);
  });

  it("ends with the reason of its signal once that is aborted", async () => {
    await fill(store);
    const reason = new Error("enough");
    await assert.rejects(store.maintenance.verify({ signal: AbortSignal.abort(reason) }), reason);
  });

  it("lets writes go on", async () => {
    await fill(store);
    const [{ faults }] = await Promise.all([
      store.maintenance.verify(),
      store.journal.append(sampleRequest(neighbour, 2, "b-2")),
    ]);
    assert.deepEqual(faults, []);
  });
}

function purgingCases({ it }: TestRunner, store: StoreUnderTest): void {
  it("removes events and snapshots of the one stream", async () => {
    await fill(store);
    await store.maintenance.purge(persistenceId);
    assert.deepEqual(await collect(store.journal.read(persistenceId)), []);
    assert.equal(await store.snapshots.load(persistenceId), undefined);
    const left = await collect(store.journal.readAll());
    assert.deepEqual(
      left.map((event) => event.persistenceId),
      [neighbour],
    );
    assert.deepEqual((await store.maintenance.verify()).faults, []);
  });

  it("never uses its numbers again", async () => {
    await fill(store);
    await store.maintenance.purge(persistenceId);
    assert.equal(await store.journal.highestSequenceNr(persistenceId), 4);
    await assert.rejects(store.journal.append(sampleRequest(persistenceId, 1, "a-1")));
    await store.journal.append(sampleRequest(persistenceId, 5, "a-5"));
    assert.equal((await collect(store.journal.read(persistenceId))).length, 1);
  });

  it("tells where a life without the purged state begins, also when the store was opened anew", async () => {
    await fill(store);
    assert.equal(await store.journal.purgedTo(persistenceId), 0);
    await store.journal.deleteTo(persistenceId, 4);
    // A snapshot may cover what was deleted, so this alone is no new beginning.
    assert.equal(await store.journal.purgedTo(persistenceId), 0);
    await store.maintenance.purge(persistenceId);
    assert.equal(await store.journal.purgedTo(persistenceId), 4);
    await store.journal.append(sampleRequest(persistenceId, 5, "a-5", "a-6"));
    await store.journal.deleteTo(persistenceId, 5);
    await store.reopen();
    assert.equal(await store.journal.purgedTo(persistenceId), 4);
    assert.deepEqual((await store.maintenance.verify()).faults, []);
    await store.maintenance.purge(persistenceId);
    assert.equal(await store.journal.purgedTo(persistenceId), 6);
    assert.equal(await store.journal.purgedTo(neighbour), 0);
    assert.deepEqual((await store.maintenance.verify()).faults, []);
  });

  it("does nothing to a stream that never was", async () => {
    await fill(store);
    await store.maintenance.purge("p-never");
    assert.deepEqual(await collect(store.journal.persistenceIds()), [persistenceId, neighbour]);
  });
}
