/** A turn of many commands: what it has decided first is given to the journal while it decides the rest. */
import { expect } from "chai";
import { memoryStorage } from "rekindle/memory";
import { startSystem } from "../support/start-system.ts";
import { tally } from "../support/tally.ts";
import { watchedStorage } from "../support/watched-storage.ts";

describe("a turn of many commands", () => {
  it("gives its events to the journal in several appends, in order and without a gap", async () => {
    const storage = watchedStorage(memoryStorage());
    const system = await startSystem({ storage });
    const ref = system.entityRef(tally, "1");
    await ref.ask({ type: "Get" });
    const sums = await Promise.all(Array.from({ length: 500 }, () => ref.ask({ type: "Add", amount: 1 })));
    expect(sums).to.deep.equal(Array.from({ length: 500 }, (_, index) => index + 1));
    const sizes = storage.appends.map(({ events }) => events.length);
    expect(Math.max(...sizes)).to.be.at.most(128);
    expect(sizes.length).to.be.at.most(8);
    let next = 1;
    for (const { sequenceNr, expectedSequenceNr, events } of storage.appends) {
      expect([sequenceNr, expectedSequenceNr]).to.deep.equal([next, next - 1]);
      next += events.length;
    }
    expect(next).to.equal(501);
  });
});
