/** The heads in memory: loaded once, handed out in order, forgotten when there are too many. */
import { expect } from "chai";
import { StreamHeads } from "#src/level/commit/stream-heads.js";
import type { HeadRecord } from "#src/level/records/stream-head.js";
import { added, collect, rejection, request, StoreFixture } from "./store-fixture.ts";

describe("stream heads in memory", () => {
  const oneEvent = async (): Promise<HeadRecord> => ({ highest: 1, deletedTo: 0, purgedTo: 0 });
  const nothingFound = async (): Promise<never[]> => [];

  /** Heads whose loads are finished by the test. */
  function heldHeads(cachedMax: number): { heads: StreamHeads; loads: ((head: HeadRecord) => void)[] } {
    const loads: ((head: HeadRecord) => void)[] = [];
    const read = (): Promise<HeadRecord> => new Promise((resolve) => loads.push(resolve));
    return { heads: new StreamHeads({ read, lookUp: nothingFound }, cachedMax), loads };
  }

  it("load once for all who wait, and let nobody overtake them", async () => {
    const { heads, loads } = heldHeads(10);
    const order: number[] = [];
    const waiting = [1, 2, 3].map((number) => heads.with("a", () => order.push(number)));
    expect(heads.isLoading("a")).to.equal(true);
    loads[0]?.({ highest: 5, deletedTo: 0, purgedTo: 0 });
    while (!heads.get("a")) await Promise.resolve();
    order.push(4);
    await Promise.all(waiting);
    expect(order).to.deep.equal([1, 2, 3, 4]);
    expect(loads).to.have.lengthOf(1);
    expect(heads.isLoading("a")).to.equal(false);
  });

  it("forget those that nobody uses, and keep those that are held", async () => {
    const heads = new StreamHeads({ read: oneEvent, lookUp: nothingFound }, 3);
    await heads.with("held", (head) => head.holds++);
    for (let number = 0; number < 20; number++) await heads.with(`a${number}`, () => undefined);
    expect(heads.size).to.equal(3);
    expect(heads.get("held")?.holds).to.equal(1);
    for (let number = 0; number < 5; number++) await heads.with(`h${number}`, (head) => head.holds++);
    expect(heads.size).to.equal(6);
  });

  it("forget one at once when nobody is about to use it, unless it is held", async () => {
    const heads = new StreamHeads({ read: oneEvent, lookUp: nothingFound }, 10);
    await heads.with("free", () => undefined);
    await heads.with("held", (head) => head.holds++);
    for (const id of ["free", "held", "never seen"]) heads.forget(id);
    expect(heads.get("free")).to.equal(undefined);
    expect(heads.get("held")?.holds).to.equal(1);
  });

  it("keep one that was asked for rather than one that was not", async () => {
    const heads = new StreamHeads({ read: oneEvent, lookUp: nothingFound }, 4);
    for (const id of ["a", "b", "c", "d", "e"]) await heads.with(id, () => undefined);
    expect(heads.get("b")).not.to.equal(undefined);
    await heads.with("f", () => undefined);
    expect(heads.get("b")).not.to.equal(undefined);
    expect(heads.get("c")).to.equal(undefined);
  });

  it("tell everybody who waits when they cannot be loaded, and try again the next time", async () => {
    let attempts = 0;
    const read = async (): Promise<HeadRecord> => {
      if (++attempts === 1) throw new Error("unreadable");
      return oneEvent();
    };
    const heads = new StreamHeads({ read, lookUp: nothingFound }, 10);
    const waiting = [heads.with("a", () => 1), heads.with("a", () => 2)];
    for (const waits of waiting) expect(await rejection(waits)).to.have.property("message", "unreadable");
    expect(await heads.with("a", (head) => head.highest)).to.equal(1);
  });

  const fixture = new StoreFixture();

  it("may be as few as one: every stream still goes on from its end", async () => {
    const { journal } = await fixture.open({ cachedStreamsMax: 1 });
    const streams = Array.from({ length: 20 }, (_, index) => `a|${index}`);
    for (let sequenceNr = 1; sequenceNr <= 9; sequenceNr += 3) {
      const three = [0, 1, 2].flatMap((more) =>
        streams.map((id) => journal.append(request(id, sequenceNr + more, added(1)))),
      );
      await Promise.all([...three, ...streams.map((id) => journal.deleteTo(id, sequenceNr - 1))]);
    }
    for (const id of streams) expect((await collect(journal.read(id)))[0]).to.include({ sequenceNr: 7 });
    expect(await collect(journal.readAll())).to.have.lengthOf(60);
  });

  it("resolve appends in the order of their offsets, also when a stream had to be loaded first", async () => {
    const { journal } = await fixture.open();
    const resolved: number[] = [];
    const append = (id: string, sequenceNr: number): Promise<unknown> =>
      journal.append(request(id, sequenceNr, added(1))).then((offset) => resolved.push(offset));
    await append("a|1", 1);
    const all = [append("a|2", 1), append("a|1", 2), append("a|2", 2), append("a|3", 1), append("a|1", 3)];
    await Promise.all(all);
    expect(resolved).to.deep.equal(resolved.toSorted((left, right) => left - right));
    expect(resolved).to.have.lengthOf(6);
  });
});
