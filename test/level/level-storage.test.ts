/** The door: what may be asked for, and what an open store does until it is closed. */
import { expect } from "chai";
import { type LevelStorageOptions, levelStorage } from "rekindle/level";
import { PersistRejectedError, StorageFailedError } from "#src/errors.js";
import { added, addedMany, collect, places, rejection, request, StoreFixture } from "./store-fixture.ts";

function fromOutside(value: unknown): never {
  return value as never;
}

describe("levelStorage", () => {
  const fixture = new StoreFixture();

  for (const location of ["", "a\0b", undefined, 7, null]) {
    it(`refuses the location ${JSON.stringify(location)}`, () => {
      expect(() => levelStorage(fromOutside(location))).to.throw(TypeError, "location");
    });
  }

  const wrongOptions: readonly (readonly [string, unknown])[] = [
    ["durability", { durability: "fsync" }],
    ["pendingBytesMax", { pendingBytesMax: 0 }],
    ["pendingBytesMax", { pendingBytesMax: "16" }],
    ["commitBytesMax", { commitBytesMax: 1.5 }],
    ["cachedStreamsMax", { cachedStreamsMax: -1 }],
    ["readBytesMax", { readBytesMax: Number.NaN }],
    ["durabilty", { durabilty: "sync" }],
  ];
  for (const [name, options] of wrongOptions) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(() => levelStorage("x", fromOutside(options))).to.throw(TypeError, name);
    });
  }

  it("touches nothing before it is opened, and tells its place", () => {
    expect(levelStorage("/nowhere/at/all").description).to.equal("level:/nowhere/at/all");
  });

  for (const options of [{}, { durability: "async" }, { durability: undefined }] as LevelStorageOptions[]) {
    it(`keeps events when it is closed and opened again, with ${JSON.stringify(options)}`, async () => {
      const first = await fixture.open(options);
      await first.journal.append(request("cart|1", 1, added(1), added(2)));
      await first.close();
      const second = await fixture.open(options);
      expect(places(await collect(second.journal.read("cart|1")))).to.deep.equal(["cart|1/1@1", "cart|1/2@2"]);
      expect(await second.journal.append(request("cart|1", 3, added(3)))).to.equal(3);
    });
  }

  it("finishes what is pending when it is closed, and closes once", async () => {
    const store = await fixture.open();
    const pending = [
      store.journal.append(request("cart|1", 1, added(1))),
      store.snapshots.save({ persistenceId: "cart|1", sequenceNr: 1, schemaVersion: 1, state: "1" }),
      store.journal.append(request("cart|2", 1, ...addedMany(1, 2_000))),
      store.journal.deleteTo("cart|2", 1_500),
    ];
    await Promise.all([store.close(), store.close()]);
    await Promise.all(pending);
    await store.close();
    const reopened = await fixture.open();
    expect(reopened.journal.highestOffset()).to.equal(2_001);
    expect(await collect(reopened.journal.read("cart|2"))).to.have.lengthOf(500);
  });

  it("finishes all the commits that wait when it is closed", async () => {
    const { journal, close } = await fixture.open({ commitBytesMax: 1 });
    await journal.append(request("cart|1", 1, added(1)));
    const pending = addedMany(2, 99).map((event, index) => journal.append(request("cart|1", 2 + index, event)));
    await Promise.all([close(), ...pending]);
    expect((await fixture.open()).journal.highestOffset()).to.equal(100);
  });

  it("lets load and list see a snapshot that is being saved", async () => {
    const { snapshots } = await fixture.open();
    const saved = snapshots.save({ persistenceId: "cart|1", sequenceNr: 1, schemaVersion: 1, state: "1" });
    const [loaded, listed] = await Promise.all([snapshots.load("cart|1"), snapshots.list("cart|1")]);
    expect(loaded).to.include({ state: 1 });
    expect(listed).to.deep.equal([await saved]);
  });

  it("refuses every call after it was closed", async () => {
    const { journal, snapshots, close } = await fixture.open();
    await journal.append(request("cart|1", 1, added(1)));
    const reader = journal.readAll();
    await close();
    const calls: Record<string, () => Promise<unknown>> = {
      append: () => journal.append(request("cart|1", 2, added(2))),
      "append to a new stream": () => journal.append(request("cart|2", 1, added(2))),
      read: () => collect(journal.read("cart|1")),
      readAll: () => collect(reader),
      persistenceIds: () => collect(journal.persistenceIds()),
      highestSequenceNr: () => journal.highestSequenceNr("cart|1"),
      highestOffset: async () => journal.highestOffset(),
      deleteTo: () => journal.deleteTo("cart|1", 1),
      save: () => snapshots.save({ persistenceId: "cart|1", sequenceNr: 1, schemaVersion: 1, state: "1" }),
      load: () => snapshots.load("cart|1"),
      list: () => snapshots.list("cart|1"),
      delete: () => snapshots.delete("cart|1", 1),
      deleteMatching: () => snapshots.deleteMatching("cart|1", {}),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = await rejection(call());
      expect(error, name).to.be.instanceOf(StorageFailedError);
      expect(error.message, name).to.match(/failed while .*: the store is closed\.$/);
    }
    await journal.backlog.drained();
  });

  it("fails a reader that goes on after the store was closed", async () => {
    const { journal, close } = await fixture.open({ readBytesMax: 1 });
    for (let sequenceNr = 1; sequenceNr <= 20; sequenceNr++)
      await journal.append(request("cart|1", sequenceNr, added(1)));
    const reader = journal.read("cart|1")[Symbol.asyncIterator]();
    await reader.next();
    await close();
    const error = await rejection(reader.next());
    expect(error).to.be.instanceOf(StorageFailedError);
    expect(error.message).to.include("the store is closed");
  });

  const invalid = {
    "no events": request("cart|1", 1),
    "a sequence number of 0": request("cart|1", 0, added(1)),
    "a sequence number that is no whole one": request("cart|1", 1.5, added(1)),
    "an event without a payload": request("cart|1", 1, fromOutside({ ...added(1), payload: undefined })),
    "an event without tags": request("cart|1", 1, fromOutside({ ...added(1), tags: undefined })),
  };
  for (const [what, wrong] of Object.entries(invalid)) {
    it(`refuses to append ${what}, and goes on`, async () => {
      const { journal } = await fixture.open();
      expect(await rejection(journal.append(wrong))).to.be.instanceOf(PersistRejectedError);
      expect(await journal.append(request("cart|1", 1, added(1)))).to.equal(1);
      expect(fixture.failures).to.deep.equal([]);
    });
  }

  it("tells when more waits than it wants to hold, and when that is over", async () => {
    const { journal } = await fixture.open({ pendingBytesMax: 10_000 });
    await journal.append(request("cart|1", 1, added(1)));
    expect(journal.backlog.full).to.equal(false);
    const writes = Array.from({ length: 300 }, (_, index) => journal.append(request("cart|1", index + 2, added(1))));
    expect(journal.backlog.full).to.equal(true);
    let drained = false;
    const waiting = journal.backlog.drained().then(() => {
      drained = true;
    });
    await Promise.resolve();
    expect(drained).to.equal(false);
    await waiting;
    expect(journal.backlog.full).to.equal(false);
    await Promise.all(writes);
  });
});
