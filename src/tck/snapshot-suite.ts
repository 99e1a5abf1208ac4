/** What the reference systems assert of a snapshot store: the cases SN1 to SN13, three of Akka.NET's, and ours. */
import assert from "node:assert/strict";
import { encodeJson } from "../codec/encode-json.ts";
import type { SnapshotCriteria, SnapshotMetadata } from "../storage/snapshot-store.ts";
import { jsonSamples } from "./json-samples.ts";
import type { TestRunner } from "./runner.ts";
import { sampleSnapshot } from "./sample-snapshot.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const persistenceId = "p-1";
/** Between the timestamps of one saved snapshot and the next. */
const stepMs = 10_000;

/** The five snapshots 11 to 15 with the states s-1 to s-5, and everything that finds, replaces or deletes one of them. */
export function snapshotSuite(
  { describe, it, beforeEach }: TestRunner,
  store: StoreUnderTest,
  snapshotBytes: number,
): void {
  let saved: readonly SnapshotMetadata[] = [];

  /** What `save` returned for s-`n`. */
  function metadataOf(n: number): SnapshotMetadata {
    const metadata = saved[n - 1];
    assert.ok(metadata, `s-${n} was not saved`);
    return metadata;
  }

  async function assertLoads(criteria: SnapshotCriteria | undefined, n: number | undefined): Promise<void> {
    const snapshot = await store.snapshots.load(persistenceId, criteria);
    if (n === undefined) return assert.equal(snapshot, undefined);
    assert.ok(snapshot, `expected s-${n}, found no snapshot`);
    assert.equal(snapshot.state, `s-${n}`);
    assert.equal(snapshot.persistenceId, persistenceId);
    assert.equal(snapshot.sequenceNr, metadataOf(n).sequenceNr);
    assert.equal(snapshot.timestamp, metadataOf(n).timestamp);
    assert.equal(snapshot.schemaVersion, 1);
    assert.deepEqual(snapshot.metadata, {});
  }

  /** Compares the list of all snapshots that are left, newest first. */
  async function assertLeft(...expected: readonly number[]): Promise<void> {
    const listed = await store.snapshots.list(persistenceId);
    assert.deepEqual(
      listed.map(({ persistenceId, sequenceNr, timestamp }) => ({ persistenceId, sequenceNr, timestamp })),
      expected.map(metadataOf),
    );
  }

  describe("a snapshot store with the snapshots 11 to 15 should", () => {
    beforeEach(async () => {
      const metadata: SnapshotMetadata[] = [];
      for (let n = 1; n <= 5; n++) {
        metadata.push(await store.snapshots.save(sampleSnapshot(persistenceId, 10 + n, `s-${n}`)));
        store.nowMs += stepMs;
      }
      saved = metadata.map(({ persistenceId, sequenceNr, timestamp }) => ({ persistenceId, sequenceNr, timestamp }));
    });

    it("SN1 not load a snapshot given an invalid persistenceId", async () => {
      assert.equal(await store.snapshots.load("invalid"), undefined);
      assert.deepEqual(await store.snapshots.list("invalid"), []);
    });

    it("SN2 not load a snapshot given non-matching timestamp criteria", () =>
      assertLoads({ maxTimestamp: 100 }, undefined));

    it("SN3 not load a snapshot given non-matching sequence number criteria", () =>
      assertLoads({ maxSequenceNr: 7 }, undefined));

    it("SN4 load the most recent snapshot", async () => {
      await assertLoads(undefined, 5);
      await assertLoads({}, 5);
      await assertLoads({ maxSequenceNr: Number.MAX_SAFE_INTEGER }, 5);
    });

    it("SN5 load the most recent snapshot matching an upper sequence number bound", () =>
      assertLoads({ maxSequenceNr: 13 }, 3));

    it("SN6 load the most recent snapshot matching upper sequence number and timestamp bounds", async () => {
      const { timestamp } = metadataOf(3);
      await assertLoads({ maxSequenceNr: 13, maxTimestamp: timestamp }, 3);
      await assertLoads({ maxSequenceNr: 14, maxTimestamp: timestamp }, 3);
      await assertLoads({ maxSequenceNr: 13, maxTimestamp: timestamp + stepMs }, 3);
      await assertLoads({ maxTimestamp: timestamp - 1 }, 2);
    });

    it("load nothing below a lower bound", async () => {
      await assertLoads({ minSequenceNr: 15 }, 5);
      await assertLoads({ minSequenceNr: 16 }, undefined);
      await assertLoads({ minSequenceNr: 14, maxSequenceNr: 14 }, 4);
      await assertLoads({ minTimestamp: metadataOf(5).timestamp }, 5);
      await assertLoads({ minTimestamp: metadataOf(5).timestamp + 1 }, undefined);
      await assertLoads({ maxSequenceNr: 13, minTimestamp: metadataOf(4).timestamp }, undefined);
    });

    it("SN7 delete a single snapshot identified by its sequence number", async () => {
      await store.snapshots.delete(persistenceId, 13);
      await assertLoads({ maxSequenceNr: 13 }, 2);
      await assertLeft(5, 4, 2, 1);
    });

    it("SN7 with timestamp 0, which means any", async () => {
      await store.snapshots.delete(persistenceId, 13, 0);
      await assertLoads({ maxSequenceNr: 13 }, 2);
    });

    it("delete a single snapshot identified by its sequence number and its timestamp (Akka.NET)", async () => {
      await store.snapshots.delete(persistenceId, 13, metadataOf(3).timestamp);
      await assertLoads({ maxSequenceNr: 13 }, 2);
    });

    it("not delete a snapshot if the given timestamp is lower than the stored one (Akka.NET)", async () => {
      await store.snapshots.delete(persistenceId, 13, metadataOf(3).timestamp - 2_000);
      await assertLoads({ maxSequenceNr: 13 }, 3);
    });

    it("not delete a snapshot if the given timestamp is higher than the stored one", async () => {
      await store.snapshots.delete(persistenceId, 13, metadataOf(3).timestamp + 1);
      await assertLoads({ maxSequenceNr: 13 }, 3);
    });

    it("delete nothing if the snapshot is not there", async () => {
      await store.snapshots.delete(persistenceId, 10);
      await store.snapshots.delete("invalid", 13);
      await store.snapshots.deleteMatching("invalid", {});
      await assertLeft(5, 4, 3, 2, 1);
    });

    it("SN8 delete all snapshots matching upper sequence number and timestamp bounds", async () => {
      const criteria = { maxSequenceNr: 13, maxTimestamp: metadataOf(3).timestamp };
      await store.snapshots.deleteMatching(persistenceId, criteria);
      await assertLoads(criteria, undefined);
      await assertLoads({ maxSequenceNr: 14, maxTimestamp: metadataOf(4).timestamp }, 4);
      await assertLeft(5, 4);
    });

    it("SN9 not delete snapshots with a non-matching upper timestamp bound", async () => {
      const { timestamp } = metadataOf(4);
      await store.snapshots.deleteMatching(persistenceId, { maxSequenceNr: 14, maxTimestamp: timestamp - 1 });
      await assertLoads({ maxSequenceNr: 14, maxTimestamp: timestamp }, 4);
      await assertLeft(5, 4);
    });

    it("delete between bounds, and all without bounds", async () => {
      await store.snapshots.deleteMatching(persistenceId, {
        minSequenceNr: 12,
        maxSequenceNr: 14,
        minTimestamp: metadataOf(3).timestamp,
      });
      await assertLeft(5, 2, 1);
      await store.snapshots.deleteMatching(persistenceId, {});
      await assertLeft();
    });

    it("SN10 save and overwrite a snapshot with the same sequence number", async () => {
      const metadata = await store.snapshots.save(sampleSnapshot(persistenceId, 15, "s-5-modified"));
      assert.equal(metadata.sequenceNr, 15);
      const snapshot = await store.snapshots.load(persistenceId, { minSequenceNr: 15 });
      assert.equal(snapshot?.state, "s-5-modified");
      assert.equal(snapshot?.sequenceNr, 15);
      assert.equal(snapshot?.timestamp, metadata.timestamp);
      assert.equal((await store.snapshots.list(persistenceId)).length, 5);
    });

    for (const sequenceNr of [0, 2]) {
      it(`keep the last of four snapshots saved at once at sequence number ${sequenceNr} (Akka.NET)`, async () => {
        const states = [0, 1, 2, 3];
        const metadata = await Promise.all(
          states.map((state) => store.snapshots.save(sampleSnapshot("p-2", sequenceNr, [state]))),
        );
        assert.deepEqual(
          metadata.map((one) => one.sequenceNr),
          states.map(() => sequenceNr),
        );
        assert.deepEqual((await store.snapshots.load("p-2"))?.state, [3]);
        assert.equal((await store.snapshots.list("p-2")).length, 1);
      });
    }

    it(`SN11 save a bigger snapshot (${snapshotBytes} bytes)`, async () => {
      const state = "0".repeat(snapshotBytes);
      await store.snapshots.save(sampleSnapshot(persistenceId, 100, state));
      assert.equal((await store.snapshots.load(persistenceId))?.state, state);
    });

    it("SN12 serialize snapshots of every JSON kind", async () => {
      for (const state of jsonSamples) {
        await store.snapshots.save(sampleSnapshot(persistenceId, 100, state));
        assert.deepEqual((await store.snapshots.load(persistenceId))?.state, state);
      }
    });

    it("SN13 store metadata with the snapshot", async () => {
      const metadata = { note: "fictional metadata", nested: { list: [1, null] } };
      await store.snapshots.save({
        ...sampleSnapshot(persistenceId, 100, {}),
        schemaVersion: 7,
        metadata: encodeJson(metadata, "metadata"),
      });
      const snapshot = await store.snapshots.load(persistenceId);
      assert.deepEqual(snapshot?.metadata, metadata);
      assert.equal(snapshot?.schemaVersion, 7);
    });

    it("list what matches, the highest sequence number first", async () => {
      await assertLeft(5, 4, 3, 2, 1);
      const listed = await store.snapshots.list(persistenceId, {
        minSequenceNr: 12,
        maxTimestamp: metadataOf(4).timestamp,
      });
      assert.deepEqual(
        listed.map(({ sequenceNr }) => sequenceNr),
        [14, 13, 12],
      );
    });

    it("order by number, not by the text of the number", async () => {
      for (const sequenceNr of [9, 99, 1_000, 100_000_000_000, Number.MAX_SAFE_INTEGER]) {
        await store.snapshots.save(sampleSnapshot("p-2", sequenceNr, sequenceNr));
        assert.equal((await store.snapshots.load("p-2"))?.state, sequenceNr);
      }
      assert.equal((await store.snapshots.load("p-2", { maxSequenceNr: 99_999_999_999 }))?.state, 1_000);
    });

    it("take the time from the clock it is given, and never go back", async () => {
      assert.equal(metadataOf(5).timestamp, store.nowMs - stepMs);
      store.nowMs = 1;
      const { timestamp } = await store.snapshots.save(sampleSnapshot(persistenceId, 16, "s-6"));
      assert.ok(timestamp >= metadataOf(5).timestamp, "the timestamp is lower than one given before");
    });
  });
}
