/** nact's four methods over our storages, called as nact calls them. */
import { expect } from "chai";
import type { PersistedEvent } from "nact";
import { type NactPersistenceEngine, persistenceEngine } from "rekindle/nact";
import {
  PersistRejectedError,
  SerializationError,
  StorageFailedError,
  StorageLockedError,
  VersionConflictError,
} from "#src/errors.js";
import type { Storage } from "#src/storage/storage.js";
import { backends, event, folders, rejection } from "./fixture.ts";

const numbers = (events: readonly PersistedEvent[]): number[] => events.map(({ sequenceNumber }) => sequenceNumber);

for (const [name, make] of Object.entries(backends)) {
  describe(`persistenceEngine over ${name}`, () => {
    let place: () => Storage;
    let engine: NactPersistenceEngine;

    beforeEach(async () => {
      place = await make();
      engine = persistenceEngine(place());
    });

    afterEach(async () => {
      await engine.close();
      await folders.removeAll();
    });

    async function persisted(...events: PersistedEvent[]): Promise<void> {
      for (const one of events) await engine.persist(one);
    }

    it("gives back what was persisted, after a restart too", async () => {
      const events = [event(1, { tags: ["b", "a"] }), event(2, { data: ["any", null, -0] }), event(3, { data: null })];
      await persisted(...events);
      await engine.close();
      engine = persistenceEngine(place());
      const [first, ...others] = events;
      expect(await engine.events("a")).to.deep.equal([{ ...first, tags: ["a", "b"] }, ...others]);
    });

    it("keeps keys apart, in events and in snapshots", async () => {
      await persisted(event(1), event(1, { key: "b" }), event(2, { key: "a" }));
      await engine.takeSnapshot({ key: "b", sequenceNumber: 1, data: "of b", createdAt: 5 });
      expect(numbers(await engine.events("a"))).to.deep.equal([1, 2]);
      expect(numbers(await engine.events("b"))).to.deep.equal([1]);
      expect(await engine.latestSnapshot("a")).to.equal(undefined);
      expect(await engine.latestSnapshot("b")).to.include({ data: "of b" });
    });

    it("takes an offset as the last number not wanted, a limit, and tags of which an event needs all", async () => {
      const tags = [["a", "b", "c"], ["a"], ["b", "c"], ["c", "b", "x"]];
      await persisted(...tags.map((some, index) => event(index + 1, { tags: some })));
      expect(numbers(await engine.events("a", 2))).to.deep.equal([3, 4]);
      expect(numbers(await engine.events("a", 1, 2))).to.deep.equal([2, 3]);
      expect(numbers(await engine.events("a", 0, 0))).to.deep.equal([]);
      expect(numbers(await engine.events("a", 9))).to.deep.equal([]);
      expect(numbers(await engine.events("a", undefined, undefined, ["b", "c"]))).to.deep.equal([1, 3, 4]);
      expect(numbers(await engine.events("a", 1, 1, ["b", "c"]))).to.deep.equal([3]);
      expect(numbers(await engine.events("a", 0, undefined, []))).to.deep.equal([1, 2, 3, 4]);
      expect(numbers(await engine.events("never written"))).to.deep.equal([]);
    });

    it("reduces as an array does, with promises as accumulators too", async () => {
      await persisted(event(1), event(2), event(3));
      const sum = await engine
        .events("a")
        .reduce((total, { sequenceNumber }, index) => total + sequenceNumber * index, 0);
      expect(sum).to.equal(8);
      const seen = await engine
        .events("a", 1)
        .reduce(
          async (previous, { sequenceNumber }) => [...(await previous), sequenceNumber],
          Promise.resolve<number[]>([]),
        );
      expect(seen).to.deep.equal([2, 3]);
      const fault = new Error("in the reducer");
      expect(await rejection(engine.events("a").reduce(() => Promise.reject(fault), Promise.resolve()))).to.equal(
        fault,
      );
    });

    it("can be iterated, and left early", async () => {
      await persisted(event(1), event(2), event(3));
      const seen: number[] = [];
      for await (const { sequenceNumber } of engine.events("a")) {
        seen.push(sequenceNumber);
        if (sequenceNumber === 2) break;
      }
      expect(seen).to.deep.equal([1, 2]);
    });

    it("gives the newest snapshot with the createdAt it came with, and replaces one of the same number", async () => {
      await persisted(event(1), event(2), event(3));
      const snapshot = { key: "a", sequenceNumber: 2, data: { sum: 3 }, createdAt: 77 };
      await engine.takeSnapshot({ ...snapshot, sequenceNumber: 1 });
      await engine.takeSnapshot({ ...snapshot, data: "old" });
      await engine.takeSnapshot(snapshot);
      await engine.close();
      engine = persistenceEngine(place());
      expect(await engine.latestSnapshot("a")).to.deep.equal(snapshot);
    });

    it("refuses an event that leaves a gap, and then everything until the actor has begun anew", async () => {
      await persisted(event(1), event(2));
      expect(await rejection(engine.persist(event(4)))).to.be.instanceOf(VersionConflictError);
      const error = await rejection(engine.persist(event(3)));
      expect(error).to.be.instanceOf(PersistRejectedError);
      expect(error.cause).to.be.instanceOf(VersionConflictError);
      expect(error.message).to.contain('"a"').and.contain("`reset`");
      await engine.persist(event(1, { key: "b" }));
      await engine.latestSnapshot("a");
      await engine.persist(event(3));
      expect(numbers(await engine.events("a"))).to.deep.equal([1, 2, 3]);
    });

    it("refuses a snapshot of what is not in the journal", async () => {
      await persisted(event(1));
      const snapshot = { key: "a", sequenceNumber: 2, data: 1, createdAt: 1 };
      const error = await rejection(engine.takeSnapshot(snapshot));
      expect(error).to.be.instanceOf(PersistRejectedError);
      expect(error.message).to.contain("ahead of the journal");
    });

    it("refuses data that JSON would damage and names the path", async () => {
      const error = await rejection(engine.persist(event(1, { data: { type: "Sold", at: [new Date(0)] } })));
      expect(error).to.be.instanceOf(SerializationError);
      expect(error).to.include({ path: "$.at[0]", what: "event Sold", persistenceId: "a" });
      expect(await rejection(engine.persist(event(1, { key: "b", data: undefined })))).to.be.instanceOf(
        SerializationError,
      );
      const snapshot = { key: "c", sequenceNumber: 1, createdAt: 1, data: { sum: Number.NaN } };
      expect(await rejection(engine.takeSnapshot(snapshot))).to.include({ path: "$.sum", what: "snapshot at 1" });
      expect(await engine.events("a")).to.deep.equal([]);
    });

    it("rejects everything after close, which may be called twice", async () => {
      await persisted(event(1));
      await Promise.all([engine.close(), engine.close()]);
      const calls = [
        engine.persist(event(2)),
        engine.latestSnapshot("a"),
        engine.takeSnapshot({ key: "a", sequenceNumber: 1, data: 1, createdAt: 1 }),
        engine.events("a"),
        engine.events("a").reduce((sum) => sum, 0),
        engine.ready(),
      ];
      for (const error of await Promise.all(calls.map(rejection))) {
        expect(error).to.be.instanceOf(StorageFailedError);
        expect(error.message).to.contain("closed");
      }
    });

    it("finishes on close what was asked for before", async () => {
      const writes = [engine.persist(event(1)), engine.persist(event(2))];
      await engine.close();
      await Promise.all(writes);
      engine = persistenceEngine(place());
      expect(numbers(await engine.events("a"))).to.deep.equal([1, 2]);
    });

    it("rejects with the error of opening in every method, and tries again at the next use", async () => {
      await engine.ready();
      const second = persistenceEngine(place());
      const calls = [
        second.ready(),
        second.persist(event(1)),
        second.latestSnapshot("a"),
        second.takeSnapshot({ key: "b", sequenceNumber: 1, data: 1, createdAt: 1 }),
        second.events("a"),
        second.events("a").reduce((sum) => sum, 0),
      ];
      for (const error of await Promise.all(calls.map(rejection))) expect(error).to.be.instanceOf(StorageLockedError);
      await engine.close();
      await second.ready();
      await second.close();
    });
  });
}
