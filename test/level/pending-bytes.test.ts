/** The backlog: full above its bound, drained below half of it. */
import { expect } from "chai";
import { PendingBytes } from "#src/level/commit/pending-bytes.js";

describe("the backlog", () => {
  async function isDrained(drained: Promise<void>): Promise<boolean> {
    return Promise.race([drained.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
  }

  it("is full above its bound", () => {
    const backlog = new PendingBytes(100);
    backlog.add(100);
    expect(backlog.full).to.equal(false);
    backlog.add(1);
    expect(backlog.full).to.equal(true);
  });

  it("is drained below half of its bound, so that writers do not stop and go with every commit", async () => {
    const backlog = new PendingBytes(100);
    expect(await isDrained(backlog.drained())).to.equal(true);
    backlog.add(120);
    const drained = backlog.drained();
    backlog.remove(70);
    expect(backlog.full).to.equal(false);
    expect(await isDrained(drained)).to.equal(false);
    expect(await isDrained(backlog.drained())).to.equal(false);
    backlog.remove(1);
    expect(await isDrained(drained)).to.equal(true);
    expect(await isDrained(backlog.drained())).to.equal(true);
  });

  it("can be full again", async () => {
    const backlog = new PendingBytes(100);
    for (let round = 0; round < 3; round++) {
      backlog.add(200);
      const drained = backlog.drained();
      expect(await isDrained(drained)).to.equal(false);
      backlog.remove(200);
      expect(await isDrained(drained)).to.equal(true);
    }
  });
});
