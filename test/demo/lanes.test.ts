/** The order of lines that are sent without waiting. */
import { expect } from "chai";
import { Lanes } from "#src/demo/lanes.js";

/** Work that takes as long as the test says. */
class Bench {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, () => void>();

  work(name: string): () => Promise<void> {
    return () => {
      this.begun.push(name);
      return new Promise((resolve) => this.#ends.set(name, resolve));
    };
  }

  async end(...names: string[]): Promise<void> {
    for (const name of names) this.#ends.get(name)?.();
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Whether a promise is settled by now. */
async function settled(promise: Promise<void>): Promise<boolean> {
  let done = false;
  promise.then(() => (done = true)).catch(() => {});
  await turn();
  return done;
}

describe("the lanes of the demo", () => {
  it("send the lines of a cart in order, without waiting for answers", async () => {
    const bench = new Bench();
    const lanes = new Lanes();
    for (const name of ["a1", "a2", "b1", "a3"]) await lanes.send(name.slice(0, 1), bench.work(name));
    await turn();
    expect(bench.begun).to.deep.equal(["a1", "a2", "b1", "a3"]);
    expect(lanes.unanswered).to.equal(4);
  });

  it("do what needs a cart alone after everything before it and before everything after it", async () => {
    const bench = new Bench();
    const lanes = new Lanes();
    await lanes.send("a", bench.work("a1"));
    await lanes.send("a", bench.work("a2"));
    await lanes.sendAlone("a", bench.work("kill a"));
    await lanes.send("a", bench.work("a3"));
    await lanes.send("b", bench.work("b1"));
    await lanes.send("a", bench.work("a4"));
    await bench.end("a2");
    expect(bench.begun).to.deep.equal(["a1", "a2", "b1"]);
    await bench.end("a1");
    expect(bench.begun).to.deep.equal(["a1", "a2", "b1", "kill a"]);
    await bench.end("kill a");
    expect(bench.begun).to.deep.equal(["a1", "a2", "b1", "kill a", "a3", "a4"]);
  });

  it("have room for so many lines and no more", async () => {
    const bench = new Bench();
    const lanes = new Lanes(2);
    expect(await settled(lanes.send("a", bench.work("a1")))).to.equal(true);
    const room = lanes.send("b", bench.work("b1"));
    expect(await settled(room)).to.equal(false);
    await bench.end("a1");
    expect(await settled(room)).to.equal(true);
  });

  it("are midway when everything is sent and half of it is answered", async () => {
    const bench = new Bench();
    const lanes = new Lanes();
    for (const name of ["a1", "a2", "b1"]) await lanes.send(name.slice(0, 1), bench.work(name));
    await lanes.sendAlone("b", bench.work("b2"));
    const midway = lanes.midway();
    await bench.end("a1", "a2");
    expect(await settled(midway)).to.equal(false);
    await bench.end("b1");
    expect(await settled(midway)).to.equal(true);
    expect(lanes.unanswered).to.equal(1);
  });

  it("are settled when everything is answered, and at once when there is nothing", async () => {
    const bench = new Bench();
    const lanes = new Lanes();
    expect(await settled(lanes.settled())).to.equal(true);
    await lanes.send("a", bench.work("a1"));
    const end = lanes.settled();
    expect(await settled(end)).to.equal(false);
    await bench.end("a1");
    expect(await settled(end)).to.equal(true);
  });
});
