/** Many waits behind one timer. */
import { expect } from "chai";
import fc from "fast-check";
import { DeadlineQueue, Waiting } from "#src/actor/deadline-queue.js";
import { WatchedClock } from "../support/watched-clock.ts";

class Wait extends Waiting {
  readonly #expired: () => void;

  constructor(expired: () => void) {
    super();
    this.#expired = expired;
  }

  expire(): void {
    this.#expired();
  }
}

describe("DeadlineQueue", () => {
  let clock: WatchedClock;
  let queue: DeadlineQueue;
  let expired: string[];

  beforeEach(() => {
    clock = new WatchedClock();
    queue = new DeadlineQueue(clock, 100, true);
    expired = [];
  });

  function wait(name: string): Wait {
    return new Wait(() => expired.push(`${name} at ${clock.monotonic()}`));
  }

  /** Waits that began 10 ms after each other. */
  function waits(...names: string[]): Wait[] {
    return names.map((name) => {
      const item = wait(name);
      queue.add(item);
      clock.advance(10);
      return item;
    });
  }

  it("lets every wait expire at its own time, the oldest first", () => {
    waits("a", "b", "c");
    clock.advance(69);
    expect(expired).to.deep.equal([]);
    clock.advance(1);
    expect(expired).to.deep.equal(["a at 100"]);
    clock.advance(1_000);
    expect(expired).to.deep.equal(["a at 100", "b at 110", "c at 120"]);
  });

  it("needs one timer, however many wait", () => {
    for (let count = 0; count < 1_000; count++) queue.add(wait("x"));
    expect(clock.timers).to.equal(1);
    clock.advance(100);
    expect(expired).to.have.length(1_000);
    expect(clock.timers).to.equal(0);
  });

  for (const [which, left] of [
    [0, ["b at 110", "c at 120"]],
    [1, ["a at 100", "c at 120"]],
    [2, ["a at 100", "b at 110"]],
  ] as const) {
    it(`forgets number ${which} of three when it is removed, and no other`, () => {
      const item = waits("a", "b", "c")[which];
      if (item) queue.remove(item);
      clock.advance(1_000);
      expect(expired).to.deep.equal(left);
    });
  }

  it("starts a wait anew when it is added again", () => {
    const [first] = waits("a", "b");
    if (first) queue.add(first);
    clock.advance(1_000);
    expect(expired).to.deep.equal(["b at 110", "a at 120"]);
  });

  it("takes a wait that adds itself again when it expires", () => {
    const again = new Wait(() => {
      expired.push(`again at ${clock.monotonic()}`);
      queue.add(again);
    });
    queue.add(again);
    clock.advance(350);
    expect(expired).to.deep.equal(["again at 100", "again at 200", "again at 300"]);
    expect(clock.timers).to.equal(1);
  });

  it("does not let expire what an earlier one removes in the same moment", () => {
    const second = wait("second");
    queue.add(new Wait(() => queue.remove(second)));
    queue.add(second);
    clock.advance(1_000);
    expect(expired).to.deep.equal([]);
    expect(queue.idle).to.equal(true);
  });

  it("ignores the removal of what waits elsewhere, or nowhere", () => {
    const other = new DeadlineQueue(clock, 50, true);
    const item = wait("elsewhere");
    other.add(item);
    queue.remove(item);
    queue.remove(wait("nowhere"));
    clock.advance(50);
    expect(expired).to.deep.equal(["elsewhere at 50"]);
  });

  it("keeps the process alive while something waits, and only then", () => {
    expect(clock.keepingAlive).to.equal(0);
    const [first, second] = waits("a", "b");
    expect(clock.keepingAlive).to.equal(1);
    if (first) queue.remove(first);
    expect(clock.keepingAlive).to.equal(1);
    if (second) queue.remove(second);
    expect([queue.idle, clock.keepingAlive]).to.deep.equal([true, 0]);
    waits("c");
    expect([queue.idle, clock.keepingAlive]).to.deep.equal([false, 1]);
    clock.advance(1_000);
    expect([expired, clock.keepingAlive]).to.deep.equal([["c at 120"], 0]);
  });

  it("never keeps the process alive when it is not meant to", () => {
    queue = new DeadlineQueue(clock, 100, false);
    waits("a", "b");
    clock.advance(85);
    expect([expired, clock.timers, clock.keepingAlive]).to.deep.equal([["a at 100"], 1, 0]);
  });

  it("forgets every wait and its timer when it is closed", () => {
    waits("a", "b");
    queue.close();
    expect([queue.idle, clock.timers]).to.deep.equal([true, 0]);
    clock.advance(1_000);
    expect(expired).to.deep.equal([]);
  });

  it("lets expire exactly what a list of deadlines says, whatever is added, added again and removed", () => {
    const step = fc.record({
      act: fc.constantFrom("add", "remove", "advance"),
      item: fc.nat(4),
      ms: fc.integer({ min: 0, max: 70 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = new WatchedClock();
        const queue = new DeadlineQueue(clock, 100, true);
        const due = new Map<number, number>();
        const items = [0, 1, 2, 3, 4].map(
          (item) =>
            new Wait(() => {
              expect(due.get(item)).to.equal(clock.monotonic());
              due.delete(item);
            }),
        );
        for (const { act, item, ms } of steps) {
          const wait = items[item];
          if (act === "advance" || !wait) clock.advance(ms);
          else if (act === "remove") {
            queue.remove(wait);
            due.delete(item);
          } else {
            queue.add(wait);
            due.set(item, clock.monotonic() + 100);
          }
          expect([...due.values()].every((deadline) => deadline > clock.monotonic())).to.equal(true);
          expect(queue.idle).to.equal(due.size === 0);
        }
      }),
    );
  });
});
