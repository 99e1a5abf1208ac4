/** What a storage promises of opening, closing and opening again. */
import assert from "node:assert/strict";
import { StorageFailedError, StorageLockedError } from "../errors.ts";
import { assertEvents } from "./assert-events.ts";
import { collect } from "./collect.ts";
import type { TestRunner } from "./runner.ts";
import { sampleEvents, sampleRequest } from "./sample-request.ts";
import { sampleSnapshot } from "./sample-snapshot.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const persistenceId = "p-1";
const payloads = Array.from({ length: 2_000 }, (_, index) => `a-${index}`);

/** Closing for every storage; what survives it, and locking, for those that say they can. */
export function lifecycleSuite(
  runner: TestRunner,
  store: StoreUnderTest,
  { survivesReopen, exclusive }: { readonly survivesReopen: boolean; readonly exclusive: boolean },
): void {
  runner.describe("closing", () => closingCases(runner, store));
  if (survivesReopen) runner.describe("a storage that is opened again", () => reopeningCases(runner, store));
  if (exclusive) runner.describe("a storage that is open", () => lockingCases(runner, store));
}

function closingCases({ it }: TestRunner, store: StoreUnderTest): void {
  it("finishes the writes that are pending", async () => {
    const writes = payloads.map((payload, index) =>
      store.journal.append(sampleRequest(persistenceId, 1 + index, payload)),
    );
    const snapshot = store.snapshots.save(sampleSnapshot(persistenceId, 1, "s-1"));
    await store.close();
    assert.equal((await Promise.all(writes)).at(-1), payloads.length);
    assert.equal((await snapshot).sequenceNr, 1);
    await store.open();
  });

  it("makes every later call fail with StorageFailedError", async () => {
    await store.journal.append(sampleRequest(persistenceId, 1, "a"));
    await store.snapshots.save(sampleSnapshot(persistenceId, 1, "s-1"));
    const { journal, snapshots } = await store.close();
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      append: () => journal.append(sampleRequest(persistenceId, 2, "b")),
      read: () => collect(journal.read(persistenceId)),
      highestSequenceNr: () => journal.highestSequenceNr(persistenceId),
      deleteTo: () => journal.deleteTo(persistenceId, 1),
      persistenceIds: () => collect(journal.persistenceIds()),
      readAll: () => collect(journal.readAll()),
      readTag: () => collect(journal.readTag("green")),
      highestOffset: async () => journal.highestOffset(),
      follow: async () => journal.follow(() => undefined),
      save: () => snapshots.save(sampleSnapshot(persistenceId, 2, "s-2")),
      load: () => snapshots.load(persistenceId),
      list: () => snapshots.list(persistenceId),
      delete: () => snapshots.delete(persistenceId, 1),
      deleteMatching: () => snapshots.deleteMatching(persistenceId, {}),
    };
    for (const [name, call] of Object.entries(calls)) {
      await assert.rejects(call(), StorageFailedError, `${name} must fail`);
    }
  });

  it("is possible after a reader left early", async () => {
    for (let first = 0; first < payloads.length; first += 500) {
      await store.journal.append(sampleRequest(persistenceId, 1 + first, ...payloads.slice(first, first + 500)));
    }
    for await (const _batch of store.journal.read(persistenceId)) break;
    for await (const _batch of store.journal.readAll()) break;
    for await (const _batch of store.journal.readTag("green")) break;
    for await (const _batch of store.journal.persistenceIds()) break;
    await assert.doesNotReject(store.reopen());
  });

  it("is possible when a reader never began", async () => {
    await store.journal.append(sampleRequest(persistenceId, 1, "a"));
    store.journal.read(persistenceId);
    store.journal.readAll();
    await assert.doesNotReject(store.reopen());
  });
}

function reopeningCases({ it }: TestRunner, store: StoreUnderTest): void {
  it("has kept every event, every id and every offset", async () => {
    await store.journal.append(sampleRequest(persistenceId, 1, "a", "b"));
    await store.journal.append({ ...sampleRequest("p-2", 4712, "c"), expectedSequenceNr: 0 });
    await store.reopen();
    const events = [...sampleEvents(1, persistenceId, 1, "a", "b"), ...sampleEvents(3, "p-2", 4712, "c")];
    await assertEvents(store.journal.readAll(), events);
    await assertEvents(store.journal.read(persistenceId), events.slice(0, 2));
    assert.equal(store.journal.highestOffset(), 3);
    assert.equal(await store.journal.highestSequenceNr("p-2"), 4712);
    assert.deepEqual((await collect(store.journal.persistenceIds())).sort(), [persistenceId, "p-2"]);
  });

  it("goes on with the next sequence number and the next offset, again and again", async () => {
    for (let sequenceNr = 1; sequenceNr <= 5; sequenceNr++) {
      assert.equal(await store.journal.append(sampleRequest(persistenceId, sequenceNr, "a")), sequenceNr);
      await store.reopen();
      await assert.rejects(store.journal.append(sampleRequest(persistenceId, sequenceNr, "x")), {
        code: "VERSION_CONFLICT",
      });
    }
    await assertEvents(store.journal.readAll(), sampleEvents(1, persistenceId, 1, "a", "a", "a", "a", "a"));
  });

  it("has kept deletions and the highest sequence numbers", async () => {
    await store.journal.append(sampleRequest(persistenceId, 1, "a", "b", "c"));
    await store.journal.append(sampleRequest("p-2", 1, "d"));
    await store.journal.deleteTo(persistenceId, 2);
    await store.journal.deleteTo("p-2", Number.MAX_SAFE_INTEGER);
    await store.reopen();
    await assertEvents(store.journal.readAll(), sampleEvents(3, persistenceId, 3, "c"));
    await assertEvents(store.journal.read(persistenceId), sampleEvents(3, persistenceId, 3, "c"));
    await assertEvents(store.journal.read("p-2"), []);
    assert.equal(await store.journal.highestSequenceNr("p-2"), 1);
    assert.equal(store.journal.highestOffset(), 4);
    assert.equal(await store.journal.append(sampleRequest("p-2", 2, "e")), 5);
  });

  it("gives no offset again, even when every event was deleted", async () => {
    await store.journal.append(sampleRequest(persistenceId, 1, "a", "b", "c"));
    await store.journal.deleteTo(persistenceId, Number.MAX_SAFE_INTEGER);
    await store.reopen();
    await assertEvents(store.journal.readAll(), []);
    assert.equal(store.journal.highestOffset(), 3);
    assert.equal(await store.journal.append(sampleRequest(persistenceId, 4, "d")), 4);
    assert.deepEqual(await collect(store.journal.persistenceIds()), [persistenceId]);
  });

  it("has kept the snapshots that were not deleted, with their timestamps", async () => {
    const first = await store.snapshots.save(sampleSnapshot(persistenceId, 1, "s-1"));
    store.nowMs += 1_000;
    await store.snapshots.save(sampleSnapshot(persistenceId, 2, "s-2"));
    await store.snapshots.delete(persistenceId, 2);
    await store.reopen();
    const snapshot = await store.snapshots.load(persistenceId);
    assert.equal(snapshot?.state, "s-1");
    assert.equal(snapshot?.timestamp, first.timestamp);
  });

  it("gives no snapshot a lower timestamp than one it gave before", async () => {
    const { timestamp } = await store.snapshots.save(sampleSnapshot(persistenceId, 1, "s-1"));
    await store.reopen();
    store.nowMs = timestamp - 1_000;
    const later = await store.snapshots.save(sampleSnapshot("p-2", 1, "s-1"));
    assert.ok(later.timestamp >= timestamp, "the clock went back, and the timestamp with it");
  });

  it("has kept the writes that were pending when it was closed", async () => {
    const writes = payloads.map((payload, index) =>
      store.journal.append(sampleRequest(persistenceId, 1 + index, payload)),
    );
    await store.reopen();
    await Promise.all(writes);
    await assertEvents(store.journal.read(persistenceId), sampleEvents(1, persistenceId, 1, ...payloads));
  });
}

function lockingCases({ it }: TestRunner, store: StoreUnderTest): void {
  it("refuses to be opened a second time with StorageLockedError, and goes on working", async () => {
    await assert.rejects(store.openAnother(), StorageLockedError);
    assert.equal(await store.journal.append(sampleRequest(persistenceId, 1, "a")), 1);
  });

  it("can be opened again once it was closed", async () => {
    await store.reopen();
    await assert.rejects(store.openAnother(), StorageLockedError);
  });
}
