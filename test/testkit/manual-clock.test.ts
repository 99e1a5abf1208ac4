/** Time that moves when a test says so. */
import { expect } from "chai";
import { ManualClock } from "rekindle/testkit";

describe("ManualClock", () => {
  let clock: ManualClock;
  let fired: string[];

  beforeEach(() => {
    clock = new ManualClock(1_000);
    fired = [];
  });

  function set(name: string, delayMs: number): ReturnType<ManualClock["setTimer"]> {
    return clock.setTimer(delayMs, () => fired.push(`${name} at ${clock.now()}`));
  }

  it("stands still until it is moved", () => {
    expect([clock.now(), clock.monotonic()]).to.deep.equal([1_000, 0]);
    clock.advance(250);
    clock.advance(0);
    expect([clock.now(), clock.monotonic()]).to.deep.equal([1_250, 250]);
  });

  it("begins in 2020 unless told otherwise", () => {
    expect(new Date(new ManualClock().now()).toISOString()).to.equal("2020-01-01T00:00:00.000Z");
  });

  it("fires timers in the order of their deadlines, and of those at the same time the one set first", () => {
    set("c", 30);
    set("a", 10);
    set("b1", 20);
    set("b2", 20);
    expect(clock.timers).to.equal(4);
    clock.advance(29);
    expect(fired).to.deep.equal(["a at 1010", "b1 at 1020", "b2 at 1020"]);
    clock.advance(1);
    expect(fired.at(-1)).to.equal("c at 1030");
    expect(clock.timers).to.equal(0);
    expect(clock.now()).to.equal(1_030);
  });

  it("fires each timer once", () => {
    set("a", 10);
    clock.advance(10);
    clock.advance(1_000);
    expect(fired).to.have.length(1);
  });

  it("fires what timers set, in its place among the others", () => {
    clock.setTimer(10, () => {
      set("nested", 5);
      set("nested too late", 100);
    });
    set("plain", 20);
    clock.advance(50);
    expect(fired).to.deep.equal(["nested at 1015", "plain at 1020"]);
    expect(clock.timers).to.equal(1);
  });

  it("takes a delay below 0 for none", () => {
    set("past", -5);
    clock.advance(0);
    expect(fired).to.deep.equal(["past at 1000"]);
  });

  it("does not fire what was cancelled, before or by another timer", () => {
    set("a", 10).cancel();
    const b = set("b", 20);
    clock.setTimer(15, () => b.cancel());
    clock.advance(100);
    expect(fired).to.deep.equal([]);
    b.cancel();
  });

  it("takes keepAlive, which means nothing here", () => {
    const timer = set("a", 10);
    timer.keepAlive(false);
    clock.advance(10);
    expect(fired).to.deep.equal(["a at 1010"]);
  });

  for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY, "10" as never, undefined as never]) {
    it(`refuses to move by ${String(ms)} with a TypeError, and does not move`, () => {
      set("a", 0);
      expect(() => clock.advance(ms)).to.throw(TypeError, "advance takes a number of at least 0");
      expect([clock.now(), fired.length]).to.deep.equal([1_000, 0]);
    });
  }
});
