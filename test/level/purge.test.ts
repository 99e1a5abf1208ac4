/** Deletion and purge: nothing of the content stays, a tombstone does, and the chain still proves the rest. */
import { readdir, readFile } from "node:fs/promises";
import { expect } from "chai";
import { recordsIn } from "./raw-store.ts";
import { added, addedMany, request, StoreFixture } from "./store-fixture.ts";

describe("purging a stream of a level store", () => {
  const fixture = new StoreFixture();
  const id = "cart|1";
  const secret = "a name that must not stay";

  async function fill(): Promise<Awaited<ReturnType<StoreFixture["open"]>>> {
    const store = await fixture.open();
    const { journal, snapshots } = store;
    await Promise.all([
      journal.append(
        request(id, 1, added(1, { payload: JSON.stringify({ secret }), tags: ["green", "mine"] }), added(2)),
      ),
      journal.append(request("cart|2", 1, added(1, { tags: ["green"] }))),
    ]);
    await journal.append(request(id, 3, added(3, { tags: ["green"] }), added(4)));
    await snapshots.save({ persistenceId: id, sequenceNr: 2, schemaVersion: 1, state: JSON.stringify({ secret }) });
    return store;
  }

  it("removes frames, snapshots and index entries, and leaves head, commits and a tombstone", async () => {
    const { maintenance, close } = await fill();
    await maintenance.purge(id);
    expect((await maintenance.verify()).faults).to.deep.equal([]);
    await close();
    const records = await recordsIn(fixture.path("store"));
    const keys = [...records.keys()];
    expect(keys.filter((key) => key.startsWith(`e${id}`) || key.startsWith("s"))).to.deep.equal([]);
    expect(keys.some((key) => key.startsWith("tmine"))).to.equal(false);
    expect(keys.filter((key) => key.startsWith("tgreen"))).to.have.lengthOf(1);
    expect(records.get(`h${id}`)).to.equal("[4,4,4]");
    const tombstone: unknown = JSON.parse(records.get("d0000000000000001") ?? "");
    expect(tombstone).to.include({ id, to: 4, x: 1, o: 5 }).and.not.to.have.property("r");
  });

  it("gives the space back: no file of the store has the content any more", async () => {
    const { maintenance, close } = await fill();
    await maintenance.purge(id);
    await close();
    for (const name of await readdir(fixture.path("store"))) {
      if (name === "LOCK") continue;
      expect((await readFile(fixture.path("store", name))).includes(secret), name).to.equal(false);
    }
  });

  it("proves the rest of a frame that a deletion cut, cut after cut", async () => {
    const { journal, maintenance } = await fixture.open();
    await journal.append(request(id, 1, ...addedMany(1, 5).map((event, n) => ({ ...event, tags: [`tag-${n}`] }))));
    for (const deletedTo of [1, 2, 4]) {
      await journal.deleteTo(id, deletedTo);
      expect((await maintenance.verify()).faults).to.deep.equal([]);
    }
    await journal.append(request(id, 6, added(6)));
    await journal.deleteTo(id, 6);
    expect(await maintenance.verify()).to.include({ ok: true, events: 0, streams: 1 });
  });

  it("may be done again", async () => {
    const { journal, maintenance } = await fill();
    await maintenance.purge(id);
    await maintenance.purge(id);
    expect(await journal.append(request(id, 5, added(5)))).to.equal(6);
    expect((await maintenance.verify()).faults).to.deep.equal([]);
  });

  it("takes entries out of an index record that streams share, also when they are deleted at the same time", async () => {
    const { journal, maintenance, close } = await fixture.open();
    const ids = Array.from({ length: 20 }, (_, index) => `cart|${index}`);
    await Promise.all(ids.map((each) => journal.highestSequenceNr(each)));
    await Promise.all(ids.map((each) => journal.append(request(each, 1, added(1, { tags: ["green"] })))));
    await Promise.all(ids.slice(1).map((each) => journal.deleteTo(each, 1)));
    expect((await maintenance.verify()).faults).to.deep.equal([]);
    await close();
    expect((await recordsIn(fixture.path("store"))).get(`tgreen\0${"1".padStart(16, "0")}`)).to.equal(
      '[[1,"cart|0",1]]',
    );
  });
});
