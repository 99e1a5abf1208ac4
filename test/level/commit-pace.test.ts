/** When what waits is worth a write of its own. */
import { expect } from "chai";
import { CommitPace } from "#src/level/commit/commit-pace.js";
import { eagerBytes, eagerEventsMax, eagerEventsMin } from "#src/level/level-storage-options.js";

/** What each write was like. */
interface Write {
  readonly events: number;
  readonly waiting: number;
  readonly tookMs: number;
  /** For each event. */
  readonly decideMs: number;
}

class Store {
  readonly pace = new CommitPace(0);
  #busyMs = 0;

  wrote({ events, waiting, tookMs, decideMs }: Write, times = 50): this {
    for (let write = 0; write < times; write++) {
      this.#busyMs += events * decideMs;
      this.pace.wrote(events, waiting, tookMs, this.#busyMs);
    }
    return this;
  }

  /** The smallest number that is written at once. */
  get eager(): number {
    for (let events = 1; ; events++) if (this.pace.isEager(events, 0)) return events;
  }
}

describe("the pace of commits", () => {
  const decideMs = 0.004;

  it("begins with the largest number, because nothing is known yet", () => {
    expect(new Store().eager).to.equal(eagerEventsMax);
  });

  it("writes a half while the other is decided, when deciding takes longer than a write", () => {
    expect(new Store().wrote({ events: 256, waiting: 0, tookMs: 0.5, decideMs }).eager).to.equal(128);
    // And stays with it: two halves are as many under way as one whole.
    expect(new Store().wrote({ events: 128, waiting: 128, tookMs: 0.5, decideMs }).eager).to.equal(128);
  });

  it("waits for all when a write takes longer: a slow disk, cheap commands, or few of them", () => {
    expect(new Store().wrote({ events: 256, waiting: 0, tookMs: 3, decideMs }).eager).to.equal(eagerEventsMax);
    expect(new Store().wrote({ events: 100, waiting: 0, tookMs: 0.5, decideMs }).eager).to.equal(eagerEventsMax);
    expect(new Store().wrote({ events: 8, waiting: 0, tookMs: 0.2, decideMs }).eager).to.equal(eagerEventsMax);
  });

  it("never waits for more than the largest number, however many are under way", () => {
    expect(new Store().wrote({ events: 4_096, waiting: 0, tookMs: 5, decideMs }).eager).to.equal(eagerEventsMax);
  });

  it("never takes a handful for a half, however long it was decided", () => {
    expect(new Store().wrote({ events: 4, waiting: 0, tookMs: 0.2, decideMs: 10 }).eager).to.equal(eagerEventsMin);
  });

  it("forgets one slow write soon", () => {
    const usual = { events: 128, waiting: 128, tookMs: 0.5, decideMs };
    const store = new Store().wrote(usual).wrote({ ...usual, tookMs: 15 }, 1);
    expect(store.eager).to.equal(eagerEventsMax);
    expect(store.wrote(usual, 20).eager).to.equal(128);
  });

  it("learns nothing from a write without events", () => {
    const store = new Store().wrote({ events: 256, waiting: 0, tookMs: 0.5, decideMs });
    expect(store.wrote({ events: 0, waiting: 0, tookMs: 100, decideMs }).eager).to.equal(128);
  });

  it("writes many bytes at once, however few events they are", () => {
    expect(new CommitPace(0).isEager(1, eagerBytes)).to.equal(true);
  });
});
