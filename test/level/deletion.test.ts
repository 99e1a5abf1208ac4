/** Deleting the beginning of a stream: what is gone, what stays, and what a crash leaves behind. */
import { expect } from "chai";
import { frameKeyOf, rawValue, recordsIn, withRawStore } from "./raw-store.ts";
import { added, addedMany, collect, places, request, StoreFixture } from "./store-fixture.ts";

describe("deleting events of a level store", () => {
  const fixture = new StoreFixture();
  const id = "cart|1";

  async function frames(): Promise<string[]> {
    const records = await recordsIn(fixture.path("store"));
    return [...records.keys()].filter((key) => key.startsWith("e"));
  }

  it("removes whole frames, and cuts the one that is deleted in part", async () => {
    const { journal, close } = await fixture.open();
    for (const first of [1, 4, 7]) await journal.append(request(id, first, ...addedMany(first, 3)));
    await journal.deleteTo(id, 5);
    const kept = ["cart|1/6@6", "cart|1/7@7", "cart|1/8@8", "cart|1/9@9"];
    expect(places(await collect(journal.read(id)))).to.deep.equal(kept);
    expect(places(await collect(journal.readAll()))).to.deep.equal(kept);
    await close();
    expect(await frames()).to.deep.equal([frameKeyOf(id, 6), frameKeyOf(id, 7)]);
  });

  it("keeps every character of the rest of a frame", async () => {
    const { journal } = await fixture.open();
    const payloads = [
      '{"a":-0,"b":1e400}',
      '"],[\\"[{\\\\"',
      '{"type":"Added","deep":[[],{"x":"}]"},-0]}',
      '"\u{10FFFF}é"',
    ];
    const events = payloads.map((payload) => added(1, { payload, metadata: '{"m":[-0]}', tags: ["],["] }));
    await journal.append(request(id, 1, ...events));
    const before = await collect(journal.read(id));
    for (const deletedTo of [1, 2, 3]) {
      await journal.deleteTo(id, deletedTo);
      const after = await collect(journal.read(id));
      expect(after).to.deep.equal(before.slice(deletedTo));
      expect(await collect(journal.readAll())).to.deep.equal(after);
    }
    expect(before[2]).to.have.deep.property("payload", { type: "Added", deep: [[], { x: "}]" }, -0] });
  });

  it("may be done again, further, or less far", async () => {
    const { journal } = await fixture.open();
    await journal.append(request(id, 1, ...addedMany(1, 9)));
    for (const [to, firstKept] of [
      [3, 4],
      [3, 4],
      [1, 4],
      [0, 4],
      [-5, 4],
      [6, 7],
      [6.9, 7],
    ] as const) {
      await journal.deleteTo(id, to);
      expect((await collect(journal.read(id)))[0]).to.include({ sequenceNr: firstKept, offset: firstKept });
    }
    await journal.deleteTo(id, Number.POSITIVE_INFINITY);
    expect(await collect(journal.read(id))).to.deep.equal([]);
    expect(await journal.highestSequenceNr(id)).to.equal(9);
    await journal.deleteTo("cart|never", 5);
    expect(await collect(journal.persistenceIds())).to.deep.equal([id]);
  });

  it("goes on after a new start where it was", async () => {
    const first = await fixture.open();
    await first.journal.append(request(id, 1, ...addedMany(1, 5)));
    await first.journal.deleteTo(id, 5);
    await first.close();
    const { journal } = await fixture.open();
    expect(await journal.append(request(id, 6, added(6)))).to.equal(6);
    expect(places(await collect(journal.readAll()))).to.deep.equal(["cart|1/6@6"]);
  });

  it("ignores frames that a crash left behind, and sweeps them up the next time", async () => {
    const first = await fixture.open();
    for (const sequenceNr of [1, 2, 3, 4]) await first.journal.append(request(id, sequenceNr, added(sequenceNr)));
    await first.close();
    await withRawStore(fixture.path("store"), (db) => db.put(`h${id}`, rawValue(`h${id}`, "[4,3]")));
    const { journal, close } = await fixture.open();
    expect(places(await collect(journal.read(id)))).to.deep.equal(["cart|1/4@4"]);
    expect(places(await collect(journal.readAll()))).to.deep.equal(["cart|1/4@4"]);
    await journal.deleteTo(id, 1);
    await close();
    expect(await frames()).to.deep.equal([frameKeyOf(id, 4)]);
  });

  it("removes many frames in more than one commit", async () => {
    const { journal, close } = await fixture.open();
    for (let sequenceNr = 1; sequenceNr <= 2_500; sequenceNr++) {
      const appended = journal.append(request(id, sequenceNr, added(sequenceNr)));
      // Another entity type makes a frame of its own within the same commit.
      if (sequenceNr % 2 === 0) await Promise.resolve();
      if (sequenceNr % 500 === 0) await appended;
    }
    await journal.deleteTo(id, 2_499);
    expect(places(await collect(journal.readAll()))).to.deep.equal(["cart|1/2500@2500"]);
    await close();
    expect(await frames()).to.have.lengthOf(1);
  });

  it("lets one call follow the other, with appends between them", async () => {
    const { journal } = await fixture.open();
    const done: Promise<unknown>[] = [];
    for (let sequenceNr = 1; sequenceNr <= 50; sequenceNr++) {
      done.push(journal.append(request(id, sequenceNr, added(sequenceNr))));
      if (sequenceNr % 7 === 0) done.push(journal.deleteTo(id, sequenceNr - 3));
    }
    await Promise.all(done);
    expect((await collect(journal.read(id))).map(({ sequenceNr }) => sequenceNr)).to.deep.equal([47, 48, 49, 50]);
  });
});
