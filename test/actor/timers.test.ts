/** Named timers of one incarnation. */
import { expect } from "chai";
import { ManualClock } from "rekindle/testkit";
import { IncarnationTimers } from "#src/actor/timers.js";

describe("timers", () => {
  let clock: ManualClock;
  let sent: string[];
  let timers: IncarnationTimers<string>;

  beforeEach(() => {
    clock = new ManualClock();
    sent = [];
    timers = new IncarnationTimers(clock, (message) => sent.push(`${message} at ${clock.monotonic()}`));
  });

  it("fire once, at their time", () => {
    timers.startSingleTimer("tea", "tea", 50);
    expect([timers.isTimerActive("tea"), timers.size]).to.deep.equal([true, 1]);
    clock.advance(1_000);
    expect(sent).to.deep.equal(["tea at 50"]);
    expect([timers.isTimerActive("tea"), timers.size]).to.deep.equal([false, 0]);
  });

  it("with a fixed delay fire again and again", () => {
    timers.startTimerWithFixedDelay("tick", "tick", 20);
    clock.advance(60);
    expect(sent).to.deep.equal(["tick at 20", "tick at 40", "tick at 60"]);
    expect(timers.isTimerActive("tick")).to.equal(true);
  });

  it("are replaced by another of the same key, and by no other", () => {
    timers.startSingleTimer("a", "old", 10);
    timers.startSingleTimer("b", "other", 10);
    timers.startSingleTimer("a", "new", 30);
    clock.advance(100);
    expect(sent).to.deep.equal(["other at 10", "new at 30"]);
  });

  it("want their message only until they are cancelled, replaced or closed, and that of a single one once", () => {
    const asked: (() => boolean)[] = [];
    const asking = new IncarnationTimers<string>(clock, (_message, wanted) => asked.push(wanted));
    for (const key of ["cancelled", "replaced", "taken"]) asking.startSingleTimer(key, key, 10);
    asking.startTimerWithFixedDelay("again", "again", 10);
    clock.advance(10);
    asking.cancel("cancelled");
    asking.startSingleTimer("replaced", "replaced", 10);
    expect(asked.map((wanted) => wanted())).to.deep.equal([false, false, true, true]);
    expect(asked.map((wanted) => wanted())).to.deep.equal([false, false, false, true]);
    asking.close();
    expect(asked.map((wanted) => wanted())).to.deep.equal([false, false, false, false]);
  });

  it("may be started again by their own message", () => {
    const again = new IncarnationTimers<number>(clock, (left) => {
      sent.push(`${left} left`);
      if (left > 0) again.startSingleTimer("countdown", left - 1, 10);
    });
    again.startSingleTimer("countdown", 2, 10);
    clock.advance(100);
    expect(sent).to.deep.equal(["2 left", "1 left", "0 left"]);
  });

  it("do not fire after they were cancelled", () => {
    timers.startSingleTimer("a", "a", 10);
    timers.startTimerWithFixedDelay("b", "b", 10);
    timers.startSingleTimer("c", "c", 10);
    timers.cancel("a");
    timers.cancel("unknown");
    clock.advance(10);
    expect(sent).to.deep.equal(["b at 10", "c at 10"]);
    timers.cancelAll();
    clock.advance(100);
    expect(sent).to.have.length(2);
    expect(clock.timers).to.equal(0);
  });

  it("can be cancelled from within their own message", () => {
    const once = new IncarnationTimers<string>(clock, (message) => {
      sent.push(message);
      once.cancel("tick");
    });
    once.startTimerWithFixedDelay("tick", "tick", 10);
    clock.advance(100);
    expect(sent).to.deep.equal(["tick"]);
  });

  it("refuse a delay that is none with a TypeError, and a repetition without a pause", () => {
    for (const delayMs of [-1, Number.NaN, "x" as never, undefined as never]) {
      expect(() => timers.startSingleTimer("a", "a", delayMs)).to.throw(TypeError, "delayMs of timer a");
      expect(() => timers.startTimerWithFixedDelay("a", "a", delayMs)).to.throw(TypeError, "delayMs of timer a");
    }
    expect(() => timers.startTimerWithFixedDelay("a", "a", 0)).to.throw(TypeError, "above 0");
    timers.startSingleTimer("soon", "soon", 0);
    clock.advance(0);
    expect(sent).to.deep.equal(["soon at 0"]);
  });
});
