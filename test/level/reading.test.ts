/** Reading: windows in the middle of frames, bounded batches, and the history from any offset. */
import { expect } from "chai";
import fc from "fast-check";
import { added, addedMany, collect, places, request, StoreFixture } from "./store-fixture.ts";

describe("reading a level store", () => {
  const fixture = new StoreFixture();
  const id = "cart|1";

  it("gives any window of any stream (property)", async () => {
    const { journal } = await fixture.open({ readBytesMax: 200 });
    const highest = 23;
    for (const [first, count] of [
      [1, 1],
      [2, 7],
      [9, 1],
      [10, 11],
      [21, 3],
    ] as const) {
      await journal.append(request(id, first, ...addedMany(first, count)));
    }
    const anyNumber = fc.integer({ min: -1, max: highest + 2 });
    const anyRange = fc.record(
      { fromSequenceNr: anyNumber, toSequenceNr: anyNumber, max: anyNumber },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(anyRange, fc.integer({ min: 0, max: highest }), async (range, deletedTo) => {
        const { fromSequenceNr = 1, toSequenceNr = highest, max = highest } = range;
        const events = await collect(journal.read(id, range));
        const expected = Array.from({ length: highest }, (_, index) => index + 1)
          .filter((sequenceNr) => sequenceNr >= fromSequenceNr && sequenceNr <= toSequenceNr)
          .slice(0, Math.max(max, 0));
        expect(events.map(({ sequenceNr }) => sequenceNr)).to.deep.equal(expected);
        expect(places(await collect(journal.readAll(deletedTo)))).to.have.lengthOf(highest - deletedTo);
      }),
      { numRuns: 200 },
    );
  });

  it("takes a bounded number of bytes at a time", async () => {
    const { journal } = await fixture.open({ readBytesMax: 10_000 });
    const payload = JSON.stringify({ type: "Added", text: "x".repeat(1_000) });
    for (let sequenceNr = 1; sequenceNr <= 100; sequenceNr++)
      await journal.append(request(id, sequenceNr, added(1, { payload })));
    const sizes: number[] = [];
    for await (const batch of journal.read(id)) sizes.push(batch.length);
    expect(Math.max(...sizes)).to.be.within(5, 15);
    expect(sizes.reduce((sum, size) => sum + size)).to.equal(100);
  });

  it("parses a bounded number of events before it gives them, however many were taken from the disk", async () => {
    const { journal } = await fixture.open();
    for (let sequenceNr = 1; sequenceNr < 3_000; sequenceNr += 300)
      await journal.append(request(id, sequenceNr, ...addedMany(sequenceNr, 300)));
    const sizes: number[] = [];
    for await (const batch of journal.read(id, { toSequenceNr: 2_650 })) sizes.push(batch.length);
    expect(sizes).to.deep.equal([600, 600, 600, 600, 250]);
  });

  it("releases what a reader held that left early or threw", async () => {
    const { journal, close } = await fixture.open({ readBytesMax: 1 });
    for (let sequenceNr = 1; sequenceNr <= 10; sequenceNr++) await journal.append(request(id, sequenceNr, added(1)));
    for (const read of [() => journal.read(id), () => journal.readAll(), () => journal.persistenceIds()]) {
      for await (const _ of read()) break;
      await (async () => {
        for await (const _ of read()) throw new Error("enough");
      })().catch(() => undefined);
    }
    await close();
    const reopened = await fixture.open();
    expect(await reopened.journal.highestSequenceNr(id)).to.equal(10);
  });

  it("sees one state of a stream, whatever is written meanwhile", async () => {
    const { journal } = await fixture.open({ readBytesMax: 1 });
    for (let sequenceNr = 1; sequenceNr <= 5; sequenceNr++) await journal.append(request(id, sequenceNr, added(1)));
    const seen: number[] = [];
    for await (const batch of journal.read(id)) {
      seen.push(...batch.map(({ sequenceNr }) => sequenceNr));
      if (seen.length === 1) {
        await journal.append(request(id, 6, added(1)));
        await journal.deleteTo(id, 4);
      }
    }
    expect(seen).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it("sees what is pending at the call, also of a stream that is not in memory yet", async () => {
    const { journal } = await fixture.open();
    const pending = journal.append(request(id, 1, added(1)));
    const events = collect(journal.read(id));
    const highest = journal.highestSequenceNr(id);
    const later = journal.append(request(id, 2, added(2)));
    expect(places(await events)).to.include("cart|1/1@1");
    expect(await highest).to.be.at.least(1);
    await Promise.all([pending, later]);
  });

  it("gives the history from the middle of a commit, across streams", async () => {
    const { journal } = await fixture.open();
    const streams = ["a|1", "a|2", "a|3"];
    // Streams that are known get into the commit in the order of the calls.
    await Promise.all(streams.map((stream) => journal.highestSequenceNr(stream)));
    await Promise.all(streams.map((stream) => journal.append(request(stream, 1, ...addedMany(1, 2)))));
    await journal.append(request("a|2", 3, added(3)));
    const history = places(await collect(journal.readAll()));
    expect(history).to.deep.equal(["a|1/1@1", "a|1/2@2", "a|2/1@3", "a|2/2@4", "a|3/1@5", "a|3/2@6", "a|2/3@7"]);
    for (let offset = 0; offset <= 8; offset++) {
      expect(places(await collect(journal.readAll(offset)))).to.deep.equal(history.slice(offset));
    }
  });

  it("gives the history of many streams in batches", async () => {
    const { journal } = await fixture.open();
    const streams = Array.from({ length: 1_000 }, (_, index) => `a|${index}`);
    await Promise.all(streams.map((stream) => journal.append(request(stream, 1, added(1)))));
    const sizes: number[] = [];
    for await (const batch of journal.readAll()) sizes.push(batch.length);
    expect(sizes.length).to.be.above(3);
    expect(sizes.reduce((sum, size) => sum + size)).to.equal(1_000);
    expect((await collect(journal.persistenceIds())).toSorted()).to.deep.equal(streams.toSorted());
  });
});
