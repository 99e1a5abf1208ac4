/** How long an actor pauses after a failure, and when it is given up. */
import { expect } from "chai";
import fc from "fast-check";
import { actor, PersistFailedError, StorageFullError, type Supervision } from "rekindle";
import { RestartBackoff } from "#src/actor/supervision.js";

/** The pauses of an actor that fails again as soon as it is back. */
function pauses(backoff: RestartBackoff, count: number): (number | undefined)[] {
  let now = 0;
  return Array.from({ length: count }, () => {
    const pauseMs = backoff.failed(now);
    now += (pauseMs ?? 0) + 1;
    return pauseMs;
  });
}

describe("RestartBackoff", () => {
  it("doubles the pause with every restart, up to the longest", () => {
    const backoff = new RestartBackoff({ minBackoffMs: 100, maxBackoffMs: 1_000, jitter: 0, resetAfterMs: 10_000 });
    expect(pauses(backoff, 6)).to.deep.equal([100, 200, 400, 800, 1_000, 1_000]);
    expect(backoff.restarts).to.equal(6);
  });

  it("gives up after maxRestarts", () => {
    const backoff = new RestartBackoff({ minBackoffMs: 1, jitter: 0, maxRestarts: 2 });
    expect(pauses(backoff, 4)).to.deep.equal([1, 2, undefined, undefined]);
  });

  it("gives up after 20 restarts by default, the long pauses included", () => {
    const all = pauses(new RestartBackoff({ jitter: 0 }), 21);
    expect(all.slice(0, 3)).to.deep.equal([50, 100, 200]);
    expect(all.slice(8)).to.deep.equal([...Array.from({ length: 12 }, () => 10_000), undefined]);
  });

  it("does not take its own pause, jitter included, for a quiet time", () => {
    const backoff = new RestartBackoff({ minBackoffMs: 1_000, maxBackoffMs: 1_000, jitter: 1, maxRestarts: 50 });
    expect(pauses(backoff, 51).at(-1)).to.equal(undefined);
  });

  it("counts anew after a quiet time", () => {
    const backoff = new RestartBackoff({ minBackoffMs: 100, jitter: 0, maxRestarts: 2, resetAfterMs: 500 });
    expect(backoff.failed(0)).to.equal(100);
    expect(backoff.failed(600)).to.equal(200);
    expect(backoff.failed(600 + 200 + 501)).to.equal(100);
    expect(backoff.restarts).to.equal(1);
  });

  it("does not count what the store's failure leads to, however long it lasts, and lengthens the pauses all the same", () => {
    const full = new Error("asking an entity", {
      cause: new PersistFailedError("cart|1", new StorageFullError("here")),
    });
    const backoff = new RestartBackoff({
      minBackoffMs: 1,
      maxBackoffMs: 4,
      jitter: 0,
      maxRestarts: 2,
      resetAfterMs: 60_000,
    });
    expect(Array.from({ length: 50 }, () => backoff.failed(0, full)).slice(0, 4)).to.deep.equal([1, 2, 4, 4]);
    expect(backoff.restarts).to.equal(50);
    const own = Object.assign(new Error("round and round"), { cause: undefined as unknown });
    own.cause = own;
    expect([1, 2, 3].map(() => backoff.failed(0, own))).to.deep.equal([4, 4, undefined]);
    expect(new RestartBackoff("stop").failed(0, full)).to.equal(undefined);
  });

  it("never restarts what is to stop at its first failure", () => {
    expect(new RestartBackoff("stop").failed(0)).to.equal(undefined);
    expect(new RestartBackoff({ maxRestarts: 0 }).failed(0)).to.equal(undefined);
  });

  it("stays finite after any number of restarts", () => {
    const backoff = new RestartBackoff({ maxRestarts: Number.POSITIVE_INFINITY, jitter: 0 });
    expect(pauses(backoff, 3_000).at(-1)).to.equal(10_000);
  });

  it("adds at most the jitter, and never takes away", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 3, noNaN: true }), (jitter) => {
        const pauseMs = new RestartBackoff({ minBackoffMs: 100, jitter }).failed(0);
        expect(pauseMs).to.be.within(100, 100 * (1 + jitter));
      }),
    );
  });
});

describe("supervision of an actor", () => {
  for (const [what, supervision] of [
    ["another word", "restart"],
    ["null", null],
    ["a negative pause", { minBackoffMs: -1 }],
    ["no number", { maxBackoffMs: Number.NaN }],
    ["a text", { maxRestarts: "3" }],
  ] as const) {
    it(`is refused with a TypeError when it is ${what}`, () => {
      const make = (): unknown =>
        actor({ initialState: 0, receive: (state) => state, supervision: supervision as Supervision });
      expect(make).to.throw(TypeError, "supervision");
    });
  }
});
