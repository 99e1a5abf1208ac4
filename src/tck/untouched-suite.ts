/** What a storage may tell of streams that it has nothing of, and may forget of those that nobody uses: never what is stored. */
import assert from "node:assert/strict";
import { assertEvents } from "./assert-events.ts";
import type { TestRunner } from "./runner.ts";
import { sampleEvents, sampleRequest } from "./sample-request.ts";
import { sampleSnapshot } from "./sample-snapshot.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** One that nobody has written to; it stands before, between and behind the others. */
const strangers = ["a", "p-15", "z"];

/** A backend that tells nothing of the kind counts as one that always says false. */
export function untouchedSuite(runner: TestRunner, store: StoreUnderTest): void {
  runner.describe("streams without a past", () => untouchedCases(runner, store));
  runner.describe("a stream that nobody uses any more", () => forgettingCases(runner, store));
}

function untouchedCases({ it }: TestRunner, store: StoreUnderTest): void {
  /** Whatever is said of the strangers: none of these was never touched. */
  async function assertTouched(...ids: readonly string[]): Promise<void> {
    const told = await store.untouched([...strangers, ...ids]);
    assert.equal(told.length, strangers.length + ids.length);
    assert.deepEqual(
      told.slice(strangers.length),
      ids.map(() => false),
    );
  }

  it("are not those with events, whether their writes are over or not", async () => {
    await store.journal.append(sampleRequest("p-1", 1, "a-1"));
    const pending = store.journal.append(sampleRequest("p-2", 1, "b-1"));
    await assertTouched("p-1", "p-2");
    await pending;
    await assertTouched("p-2", "p-1");
  });

  it("are not those with a snapshot alone, whether it is saved already or not", async () => {
    await store.snapshots.save(sampleSnapshot("p-1", 3, "s-3"));
    const pending = store.snapshots.save(sampleSnapshot("p-2", 3, "s-3"));
    await assertTouched("p-1", "p-2");
    await pending;
    await assertTouched("p-2", "p-1");
  });

  it("are not those whose events were deleted, or that were purged", async () => {
    for (const id of ["p-1", "p-2"]) await store.journal.append(sampleRequest(id, 1, "a-1", "a-2"));
    await store.journal.deleteTo("p-1", 2);
    await store.maintenance.purge("p-2");
    await assertTouched("p-1", "p-2");
  });

  it("do not stay so when they are written to after the answer", async () => {
    await store.untouched(["p-1", "p-2"]);
    await store.journal.append(sampleRequest("p-1", 1, "a-1"));
    await store.snapshots.save(sampleSnapshot("p-2", 1, "s-1"));
    await assertTouched("p-1", "p-2");
  });

  it("are told for each of many ids, in their order", async () => {
    const ids = Array.from({ length: 300 }, (_, index) => `p-${index}`);
    const written = ids.filter((_, index) => index % 3 === 0);
    await Promise.all(written.map((id) => store.journal.append(sampleRequest(id, 1, "a-1"))));
    const told = await store.untouched(ids);
    assert.equal(told.length, ids.length);
    for (const id of written) assert.equal(told[ids.indexOf(id)], false, id);
    assert.deepEqual(await store.untouched([]), []);
  });
}

function forgettingCases({ it }: TestRunner, store: StoreUnderTest): void {
  it("keeps what is stored, and its numbers", async () => {
    await store.journal.append(sampleRequest("p-1", 1, "a-1"));
    store.forget("p-1");
    store.forget("p-never");
    await assert.rejects(store.journal.append(sampleRequest("p-1", 1, "a-1")));
    await store.journal.append(sampleRequest("p-1", 2, "a-2"));
    await assertEvents(store.journal.read("p-1"), sampleEvents(1, "p-1", 1, "a-1", "a-2"));
  });

  it("keeps what is being written", async () => {
    const pending = store.journal.append(sampleRequest("p-1", 1, "a-1"));
    store.forget("p-1");
    const next = store.journal.append(sampleRequest("p-1", 2, "a-2"));
    store.forget("p-1");
    await Promise.all([pending, next]);
    assert.equal(await store.journal.highestSequenceNr("p-1"), 2);
  });
}
