/** Looking up many streams at once: what is new is told apart from what is lost. */
import { expect } from "chai";
import fc from "fast-check";
import type { Level } from "level";
import { levelStorage } from "rekindle/level";
import { StreamHeads } from "#src/level/commit/stream-heads.js";
import { databaseAt } from "#src/level/database.js";
import { lookUpStreams } from "#src/level/reading/look-up-streams.js";
import { occupiedIds } from "#src/level/reading/occupied-ids.js";
import { escapeId, framesOf } from "#src/level/records/record-keys.js";
import type { StreamRecord } from "#src/level/records/stream-head.js";
import { note, notebook, read } from "../support/notebook.ts";
import { startSystem, storeWords } from "../support/start-system.ts";
import { frameKeyOf, rawValue, withRawStore } from "./raw-store.ts";
import { added, collect, places, rejection, request, StoreFixture } from "./store-fixture.ts";

const step = { records: 256, bytes: 1_048_576 };
const untouched = { highest: 0, deletedTo: 0, purgedTo: 0, hasNoSnapshots: true };

describe("looking up streams", () => {
  const fixture = new StoreFixture();

  async function withDatabase<T>(work: (db: Level<string, Buffer>) => Promise<T>): Promise<T> {
    const db = databaseAt(fixture.path("database"));
    await db.open({ createIfMissing: true });
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  }

  function putHead(db: Level<string, Buffer>, id: string, text: string): Promise<void> {
    return db.put(`h${id}`, rawValue(`h${id}`, text));
  }

  it("tells which ids have keys, whatever the ids (property)", async () => {
    const id = fc.string({
      unit: fc.constantFrom("a", "b", "\u0001", "\0", "%", "\uffff", "\ud83d\ude00", "é"),
      minLength: 1,
    });
    await withDatabase(async (db) => {
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(id), fc.uniqueArray(id), fc.boolean(), async (stored, asked, crowded) => {
          await db.clear();
          const batch = db.batch();
          const frames = crowded ? 30 : 1;
          for (const one of stored)
            for (let first = 1; first <= frames; first++) batch.put(frameKeyOf(escapeId(one), first), Buffer.alloc(0));
          await batch.write();
          const found = await occupiedIds(db, asked.map(escapeId), framesOf, step);
          const expected = asked.filter((one) => stored.includes(one));
          expect(asked.filter((one) => found.has(escapeId(one)))).to.have.members(expected);
        }),
        { numRuns: 150 },
      );
    });
  });

  it("takes for new what has neither a head nor a frame, and nothing else", async () => {
    await withDatabase(async (db) => {
      await putHead(db, "a|stored", "[3,0]");
      await db.put("ha|damaged", Buffer.from("nonsense"));
      await db.put(frameKeyOf("a|headless", 7), Buffer.alloc(0));
      await db.put(`sa|remembered\0${"5".padStart(16, "0")}`, Buffer.alloc(0));
      const ids = ["a|stored", "a|new", "a|damaged", "a|headless", "a|remembered"];
      expect(await lookUpStreams(db, "here", ids, step)).to.deep.equal([
        { highest: 3, deletedTo: 0, purgedTo: 0, hasNoSnapshots: true },
        untouched,
        undefined,
        undefined,
        { ...untouched, hasNoSnapshots: false },
      ]);
    });
  });

  it("does not take for new what a damaged filter block makes get miss", async () => {
    await withDatabase(async (db) => {
      await putHead(db, "a|1", "[3,0]");
      const missing = new Proxy(db, {
        get(target, name) {
          if (name === "getMany") return async (keys: readonly string[]) => keys.map(() => undefined);
          const member: unknown = Reflect.get(target, name);
          return typeof member === "function" ? member.bind(target) : member;
        },
      });
      expect(await lookUpStreams(missing, "here", ["a|1", "a|2"], step)).to.deep.equal([undefined, untouched]);
    });
  });

  describe("and what is found", () => {
    const found: StreamRecord = { highest: 3, deletedTo: 0, purgedTo: 0, hasNoSnapshots: true };

    function headsOf(record: StreamRecord): StreamHeads {
      return new StreamHeads(
        { read: async () => ({ ...record, highest: 4 }), lookUp: async (ids) => ids.map(() => record) },
        10,
      );
    }

    it("is a head in memory as soon as it is proved, or when there is nothing to prove", async () => {
      const old = headsOf(found);
      await old.find(["a"]);
      expect(old.get("a")).to.equal(undefined);
      old.prove("a", found);
      expect(old.get("a")).to.include({ highest: 3 });
      const fresh = headsOf(untouched);
      await fresh.find(["a"]);
      expect(fresh.get("a")).to.include({ highest: 0, hasNoSnapshots: true });
    });

    it("counts no more once somebody has loaded the head", async () => {
      const heads = headsOf(found);
      const finding = heads.find(["a"]);
      await heads.with("a", (head) => head.highest++);
      expect((await finding)[0]).to.include({ highest: 5 });
      heads.prove("a", found);
      expect(heads.get("a")).to.include({ highest: 5 });
    });

    it("counts no more once writes have failed", async () => {
      const heads = headsOf(found);
      await heads.find(["a"]);
      heads.forgetAll();
      heads.prove("a", found);
      expect(heads.get("a")).to.equal(undefined);
    });

    it("says nothing of snapshots from the moment that one begins", async () => {
      const heads = headsOf(untouched);
      const finding = heads.find(["a"]);
      const over = heads.snapshotBegins("a");
      expect(await finding).to.deep.equal([undefined]);
      expect(await heads.find(["a"])).to.deep.equal([undefined]);
      over();
      await heads.find(["a"]);
      expect(heads.hasNoSnapshots("a")).to.equal(true);
      heads.snapshotBegins("a");
      expect(heads.hasNoSnapshots("a")).to.equal(false);
    });
  });
});

describe("an untouched stream of a level store", () => {
  const fixture = new StoreFixture();
  const id = "cart|1";

  it("is one without events and snapshots, also pending ones", async () => {
    const store = await fixture.open();
    expect(await store.untouched?.([id])).to.deep.equal([true]);
    expect(await store.untouched?.([id])).to.deep.equal([true]);
    const appended = store.journal.append(request(id, 1, added(1)));
    expect(await store.untouched?.([id])).to.deep.equal([false]);
    await appended;
    const saved = store.snapshots.save({ persistenceId: "cart|2", sequenceNr: 1, schemaVersion: 1, state: "1" });
    expect(await store.untouched?.(["cart|2"])).to.deep.equal([false]);
    await saved;
    expect(await store.untouched?.(["cart|2"])).to.deep.equal([false]);
    expect(await store.snapshots.load("cart|2")).to.include({ sequenceNr: 1 });
  });

  it("is none any more in another opening of the store, nor after it was purged", async () => {
    const { journal, close } = await fixture.open();
    await journal.append(request(id, 1, added(1)));
    await close();
    const store = await fixture.open();
    expect(await store.untouched?.([id])).to.deep.equal([false]);
    expect(places(await collect(store.journal.read(id)))).to.deep.equal(["cart|1/1@1"]);
    expect(await store.journal.highestSequenceNr(id)).to.equal(1);
    await store.maintenance.purge(id);
    expect(await store.untouched?.([id])).to.deep.equal([false]);
  });

  for (const [what, text] of [
    ["gone", undefined],
    ["an older one", "[1,0]"],
  ] as const) {
    it(`is none when its head is ${what}: whoever reads it is told, and nothing can be appended`, async () => {
      const { journal, close } = await fixture.open();
      await journal.append(request(id, 1, added(1)));
      await journal.append(request(id, 2, added(2)));
      await journal.append(request("cart|2", 1, added(1)));
      await close();
      await withRawStore(fixture.path("store"), (db) =>
        text === undefined ? db.del(`h${id}`) : db.put(`h${id}`, rawValue(`h${id}`, text)),
      );
      const store = await fixture.open();
      expect(await store.untouched?.([id])).to.deep.equal([false]);
      for (const range of [{}, { fromSequenceNr: 2 }, { fromSequenceNr: 3 }, { toSequenceNr: 1 }])
        expect(await rejection(collect(store.journal.read(id, range)))).to.have.property(
          "where",
          `the head of "${id}"`,
        );
      for (const sequenceNr of [1, 2])
        expect(await rejection(store.journal.append(request(id, sequenceNr, added(9))))).to.have.property(
          "where",
          `the head of "${id}"`,
        );
    });
  }

  it("is one that its entity begins with nothing, and one that has lost its head is not", async () => {
    const storage = levelStorage(fixture.path("store"));
    await storeWords(storage, "abc");
    const before = await startSystem({ storage });
    await before.entityRef(notebook(), "2").ask(note("d"));
    await before.terminate();
    await withRawStore(fixture.path("store"), (db) => db.del("hnotebook|1"));
    const system = await startSystem({ storage });
    const definition = notebook();
    expect(await rejection(system.entityRef(definition, "1").ask(read))).to.have.nested.property(
      "cause.where",
      `the head of "notebook|1"`,
    );
    expect(await system.entityRef(definition, "2").ask(read)).to.deep.equal(["d"]);
    expect(await system.entityRef(definition, "3").ask(read)).to.deep.equal([]);
    await system.terminate();
  });

  it("is refused after closing", async () => {
    const store = await fixture.open();
    await store.close();
    expect(await rejection(store.untouched?.([id]) ?? Promise.resolve())).to.have.property("code", "STORAGE_FAILED");
  });
});
