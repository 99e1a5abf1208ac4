/** Damage of a store is reported, naming stream and number, before a row behind it is given. */
import { expect } from "chai";
import { StorageCorruptedError } from "#src/errors.js";
import type { OpenStorage } from "#src/storage/storage.js";
import { commitKeyOf, damage, frameKeyOf, type RawStore, rawValue, withRawStore } from "./raw-store.ts";
import { added, addedMany, collect, rejection, request, StoreFixture } from "./store-fixture.ts";

describe("damage of a level store", () => {
  const fixture = new StoreFixture();
  const id = "cart|1";

  /** Four commits, with the events 1 to 2, 3 to 5, and 6 to 7 of one stream, and one event of each of two others. */
  async function closedStore(): Promise<void> {
    const { journal, snapshots, close } = await fixture.open();
    await Promise.all([
      journal.append(request(id, 1, ...addedMany(1, 2))),
      journal.append(request("cart|2", 1, added(1))),
    ]);
    await journal.append(request(id, 3, ...addedMany(3, 3)));
    await journal.append(request(id, 6, ...addedMany(6, 2)));
    for (const sequenceNr of [3, 5])
      await snapshots.save({ persistenceId: id, sequenceNr, schemaVersion: 1, state: `{"at":${sequenceNr}}` });
    // The opening proves the last commit: what is wrong with those before it is left to the readers.
    await journal.append(request("cart|3", 1, added(1)));
    await close();
  }

  async function damagedStore(change: (db: RawStore) => Promise<unknown>): Promise<OpenStorage> {
    await closedStore();
    await withRawStore(fixture.path("store"), change);
    return fixture.open();
  }

  function corrupted(error: Error, where: string): void {
    expect(error)
      .to.be.instanceOf(StorageCorruptedError)
      .and.to.include({ where, location: fixture.path("store") });
  }

  describe("in the events of a stream", () => {
    const cases: readonly (readonly [string, string, (db: RawStore) => Promise<unknown>])[] = [
      ["the first frame is gone", `event 1 of "cart|1"`, (db) => db.del(frameKeyOf(id, 1))],
      ["a frame in the middle is gone", `event 3 of "cart|1"`, (db) => db.del(frameKeyOf(id, 3))],
      ["the last frame is gone", `event 6 of "cart|1"`, (db) => db.del(frameKeyOf(id, 6))],
      [
        "a frame is of another stream",
        `event 3 of "cart|1"`,
        (db) => moveFrame(db, frameKeyOf("cart|2", 1), frameKeyOf(id, 3)),
      ],
      [
        "a frame is under another number",
        `event 4 of "cart|1"`,
        (db) => moveFrame(db, frameKeyOf(id, 3), frameKeyOf(id, 4)),
      ],
      ["a frame overlaps the next one", `event 7 of "cart|1"`, (db) => longerFrame(db, 3, 4)],
      ["the last frame goes beyond the head", `event 8 of "cart|1"`, (db) => longerFrame(db, 6, 3)],
      ["a value is empty", `event 3 of "cart|1"`, (db) => db.put(frameKeyOf(id, 3), Buffer.alloc(0))],
      ["a frame has no events", `event 3 of "cart|1"`, (db) => putText(db, frameKeyOf(id, 3), '[4,"cart",0]')],
      ["a frame is no JSON", `event 3 of "cart|1"`, (db) => putText(db, frameKeyOf(id, 3), '[4,"cart",0,')],
    ];
    for (const [what, where, change] of cases) {
      it(`is found when ${what}`, async () => {
        const { journal } = await damagedStore(change);
        corrupted(await rejection(collect(journal.read(id))), where);
      });
    }

    it("is found when a single bit is flipped", async () => {
      await closedStore();
      await damage(fixture.path("store"), frameKeyOf(id, 3));
      const { journal } = await fixture.open();
      corrupted(await rejection(collect(journal.read(id))), `event 3 of "cart|1"`);
      corrupted(await rejection(collect(journal.readAll())), `event 3 of "cart|1"`);
    });

    it("does not keep what lies before it in other batches from the reader", async () => {
      await closedStore();
      await damage(fixture.path("store"), frameKeyOf(id, 6));
      const { journal } = await fixture.open({ readBytesMax: 1 });
      const seen: number[] = [];
      const reading = (async () => {
        for await (const batch of journal.read(id)) seen.push(...batch.map(({ sequenceNr }) => sequenceNr));
      })();
      corrupted(await rejection(reading), `event 6 of "cart|1"`);
      expect(seen).to.deep.equal([1, 2, 3, 4, 5]);
    });

    it("does not matter to a window that it lies outside of", async () => {
      const { journal } = await damagedStore((db) => db.del(frameKeyOf(id, 6)));
      expect(await collect(journal.read(id, { toSequenceNr: 5 }))).to.have.lengthOf(5);
      expect(await collect(journal.read(id, { fromSequenceNr: 4, max: 2 }))).to.have.lengthOf(2);
      corrupted(
        await rejection(collect(journal.read(id, { fromSequenceNr: 4, toSequenceNr: 6 }))),
        `event 6 of "cart|1"`,
      );
      corrupted(await rejection(collect(journal.read(id, { fromSequenceNr: 7 }))), `event 7 of "cart|1"`);
    });
  });

  describe("in the head of a stream", () => {
    const changes: Record<string, (db: RawStore) => Promise<unknown>> = {
      "it is gone": (db) => db.del(`h${id}`),
      "it is an older one": (db) => putText(db, `h${id}`, "[5,0]"),
      "it has another form": (db) => putText(db, `h${id}`, '{"highest":7}'),
      "it says that more is deleted than was stored": (db) => putText(db, `h${id}`, "[7,8]"),
    };
    for (const [what, change] of Object.entries(changes)) {
      it(`is never taken for a short or an empty stream when ${what}`, async () => {
        const { journal } = await damagedStore(change);
        const where = `the head of "cart|1"`;
        corrupted(await rejection(journal.highestSequenceNr(id)), where);
        corrupted(await rejection(collect(journal.read(id))), where);
        corrupted(await rejection(journal.append(request(id, 1, added(1)))), where);
        corrupted(await rejection(journal.append(request(id, 8, added(1)))), where);
        expect(await journal.highestSequenceNr("cart|2")).to.equal(1);
      });
    }

    it("is found when the ids are listed, and when the history is read", async () => {
      await closedStore();
      await damage(fixture.path("store"), `h${id}`);
      const { journal } = await fixture.open();
      corrupted(await rejection(collect(journal.persistenceIds())), `the head of "cart|1"`);
      corrupted(await rejection(collect(journal.readAll())), `the head of "cart|1"`);
    });
  });

  describe("in the history", () => {
    const cases: readonly (readonly [string, string, (db: RawStore) => Promise<unknown>])[] = [
      ["the first commit is gone", "the commit at offset 1", (db) => db.del(commitKeyOf(1))],
      ["a commit in the middle is gone", "the commit at offset 4", (db) => db.del(commitKeyOf(4))],
      [
        "a commit names fewer events",
        "the commit at offset 6",
        (db) => putText(db, commitKeyOf(4), '{"p":"","at":1,"s":[["cart|1",3,2,0,""]]}'),
      ],
      ["a commit is no commit", "the commit at offset 4", (db) => putText(db, commitKeyOf(4), '{"at":1}')],
      ["a commit names no frames", "the commit at offset 4", (db) => putText(db, commitKeyOf(4), '{"at":1,"s":[]}')],
      ["a frame is gone", `event 3 of "cart|1"`, (db) => db.del(frameKeyOf(id, 3))],
      ["the last frame is gone", `event 6 of "cart|1"`, (db) => db.del(frameKeyOf(id, 6))],
      ["the head of a named stream is gone", `the head of "cart|2"`, (db) => db.del("hcart|2")],
    ];
    for (const [what, where, change] of cases) {
      it(`is found when ${what}`, async () => {
        const openAndRead = async (): Promise<unknown> => collect((await damagedStore(change)).journal.readAll());
        corrupted(await rejection(openAndRead()), where);
      });
    }

    const lastCommit: Record<string, readonly [key: string, where: string]> = {
      "its record": [commitKeyOf(9), "the commit at offset 9"],
      "a frame of it": [frameKeyOf("cart|3", 1), `event 1 of "cart|3"`],
      "the head of a stream of it": ["hcart|3", `the head of "cart|3"`],
    };
    for (const [what, [key, where]] of Object.entries(lastCommit)) {
      it(`is found at the opening when it is in the last commit: ${what}`, async () => {
        await closedStore();
        await damage(fixture.path("store"), key);
        corrupted(await rejection(fixture.open()), where);
        await withRawStore(fixture.path("store"), (db) => db.del(key));
        corrupted(await rejection(fixture.open()), where);
      });
    }
  });

  it("is found at the opening when the head of a stream of the last commit is an older one", async () => {
    await closedStore();
    await withRawStore(fixture.path("store"), (db) => putText(db, "hcart|3", "[0,0]"));
    corrupted(await rejection(fixture.open()), `the head of "cart|3"`);
  });

  describe("in a snapshot", () => {
    async function withDamagedSnapshot(): Promise<OpenStorage> {
      await closedStore();
      await damage(fixture.path("store"), `scart|1\0${"5".padStart(16, "0")}`);
      return fixture.open();
    }

    it("is told by load, which still finds the older ones", async () => {
      const { snapshots } = await withDamagedSnapshot();
      corrupted(await rejection(snapshots.load(id)), `snapshot 5 of "cart|1"`);
      expect(await snapshots.load(id, { maxSequenceNr: 4 })).to.deep.include({ sequenceNr: 3, state: { at: 3 } });
    });

    it("does not keep it from being listed and deleted", async () => {
      const { snapshots } = await withDamagedSnapshot();
      expect((await snapshots.list(id)).map(({ sequenceNr }) => sequenceNr)).to.deep.equal([5, 3]);
      await snapshots.delete(id, 5);
      expect(await snapshots.load(id)).to.include({ sequenceNr: 3 });
    });

    it("is found when it has another form", async () => {
      const key = `scart|1\0${"5".padStart(16, "0")}`;
      const { snapshots } = await damagedStore((db) => putText(db, key, '[1,1,{"a":1}]'));
      corrupted(await rejection(snapshots.load(id)), `snapshot 5 of "cart|1"`);
    });
  });
});

function putText(db: RawStore, key: string, text: string): Promise<void> {
  return db.put(key, rawValue(key, text));
}

/** Moves a value to another key as it is, checksum and all. */
async function moveFrame(db: RawStore, from: string, to: string): Promise<void> {
  await db.put(to, (await db.get(from)) ?? Buffer.alloc(0));
  await db.del(from);
}

async function longerFrame(db: RawStore, first: number, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => `[1,{"type":"Added","n":${first + index}}]`);
  await putText(db, frameKeyOf("cart|1", first), `[${first + 1},"cart",0,${events.join(",")}]`);
}
