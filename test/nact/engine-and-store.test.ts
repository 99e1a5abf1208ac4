/** What persistenceEngine makes of its storage and of its options. */
import { expect } from "chai";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import { persistenceEngine } from "rekindle/nact";
import { faultyStorage } from "rekindle/testkit";
import { systemClock } from "#src/clock.js";
import { PersistFailedError, PersistRejectedError, StorageCorruptedError } from "#src/errors.js";
import type { StoredEvent } from "#src/storage/stored-event.js";
import { event, folders, rejection } from "./fixture.ts";

describe("persistenceEngine", () => {
  afterEach(() => folders.removeAll());

  it("opens nothing before its first use, and nothing when it is closed unused", async () => {
    const folder = await folders.make();
    const [unused, used] = [persistenceEngine(levelStorage(folder)), persistenceEngine(levelStorage(folder))];
    await used.ready();
    await unused.close();
    expect(await used.latestSnapshot("counter")).to.equal(undefined);
    await used.close();
  });

  it("survives a storage that throws where it should reject", async () => {
    const fault = new Error("not today");
    let broken = true;
    const storage = memoryStorage();
    const engine = persistenceEngine({
      description: "moody",
      open(context) {
        if (broken) throw fault;
        return storage.open(context);
      },
    });
    expect(await rejection(engine.ready())).to.equal(fault);
    broken = false;
    await engine.ready();
    await engine.close();
  });

  it("tells an unknown outcome from a refusal", async () => {
    const storage = faultyStorage(memoryStorage());
    const engine = persistenceEngine(storage);
    storage.failNext("append", "a", new Error("the disk"));
    const unknown = await rejection(engine.persist(event(1)));
    expect(unknown).to.be.instanceOf(PersistFailedError);
    expect(unknown.cause).to.include({ message: "the disk" });
    storage.rejectNext("append", "b");
    const refused = await rejection(engine.persist(event(1, { key: "b" })));
    expect(refused).to.be.instanceOf(PersistRejectedError).and.to.include({ outcome: "not-stored" });
    await engine.close();
  });

  it("passes over a snapshot that is damaged", async () => {
    const memory = memoryStorage();
    const engine = persistenceEngine({
      description: memory.description,
      async open(context) {
        const store = await memory.open(context);
        const { journal, snapshots, maintenance } = store;
        const load: typeof snapshots.load = async (id, criteria) => {
          const found = await snapshots.load(id, criteria);
          if (found?.sequenceNr !== 2) return found;
          throw new StorageCorruptedError("memory", "snapshot 2", "wrong checksum");
        };
        const list = snapshots.list.bind(snapshots);
        const save = snapshots.save.bind(snapshots);
        const damaged = { load, list, save, delete: snapshots.delete, deleteMatching: snapshots.deleteMatching };
        return { journal, snapshots: damaged, maintenance, close: () => store.close() };
      },
    });
    for (const sequenceNumber of [1, 2]) {
      await engine.persist(event(sequenceNumber));
      await engine.takeSnapshot({ key: "a", sequenceNumber, data: sequenceNumber, createdAt: 1 });
    }
    expect(await engine.latestSnapshot("a")).to.include({ sequenceNumber: 1 });
    await engine.close();
  });

  it("calls a stream what the options say: entity type, entity id, and an event type for any value", async () => {
    const storage = memoryStorage();
    const engine = persistenceEngine(storage, {
      entityType: (key) => key.split(":")[0] ?? "",
      entityId: (key) => key.split(":")[1] ?? "",
    });
    const all = ["text", 1, true, null, [1], { kind: "k" }, { type: 7 }, { type: "Named" }];
    for (const [index, data] of all.entries()) await engine.persist(event(index + 1, { key: "cart:42", data }));
    await engine.close();
    const store = await storage.open({ clock: systemClock, onFailure: (error) => expect.fail(String(error)) });
    const stored: StoredEvent[] = [];
    for await (const batch of store.journal.read("cart:42")) stored.push(...batch);
    const types = ["string", "number", "boolean", "object", "array", "object", "object", "Named"];
    expect(stored.map(({ type }) => type)).to.deep.equal(types);
    expect(stored[0]).to.include({ entityType: "cart", entityId: "42", version: 1, timestamp: 1_000, offset: 1 });
  });

  it("refuses wrong options with a TypeError, wrong arguments with a rejection", async () => {
    for (const storage of [undefined, null, {}, "data"]) {
      expect(() => persistenceEngine(storage as never)).to.throw(TypeError, "levelStorage()");
    }
    for (const options of [null, { entityType: "" }, { entityType: 1 }, { entityId: "x" }, { onFailure: 1 }]) {
      expect(() => persistenceEngine(memoryStorage(), options as never)).to.throw(TypeError);
    }
    const engine = persistenceEngine(memoryStorage(), { entityId: (key) => key.slice(1) });
    const calls: PromiseLike<unknown>[] = [
      ...[undefined, 1, ""].map((key) => engine.events(key as never)),
      ...[-1, 0.5, "1", Number.NaN].map((offset) => engine.events("a", offset as never)),
      ...[-1, 0.5, "1"].map((limit) => engine.events("a", 0, limit as never)),
      ...["tag", [1], {}].map((tags) => engine.events("a", 0, 1, tags as never)),
      engine.events("a").reduce(undefined as never, 0),
      engine.latestSnapshot(7 as never),
      engine.takeSnapshot(undefined as never),
      engine.takeSnapshot({ key: "a", sequenceNumber: 0, data: 1, createdAt: 1 }),
      engine.takeSnapshot({ key: "", sequenceNumber: 1, data: 1, createdAt: 1 }),
      engine.persist(undefined as never),
      engine.persist(event(1, { key: "x" })),
      engine.persist(event(0, { key: "k1" })),
      engine.persist(event(1, { key: "k2", createdAt: Number.NaN })),
      engine.persist(event(1, { key: "k3", tags: "tag" as never })),
      engine.persist(event(1, { key: "k4", isDeleted: true })),
    ];
    for (const error of await Promise.all(calls.map(rejection))) expect(error).to.be.instanceOf(TypeError);
    await engine.close();
  });
});
