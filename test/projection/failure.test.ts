/** What a projection does when its handler or its store fails. */
import { expect } from "chai";
import {
  atLeastOnce,
  ProjectionFailedError,
  ProjectionStoppedError,
  ProjectionTimeoutError,
  projection,
  type RunningProjection,
  runProjection,
} from "rekindle/projection";
import { TestProbe } from "rekindle/testkit";
import { StorageFailedError } from "#src/errors.js";
import { startSystem } from "../support/start-system.ts";
import { eventually, rejection } from "../support/waiting.ts";
import { Doom } from "./dying-views.ts";
import { sales, sell, skus, sumsOf, till } from "./till.ts";
import { onEveryKind } from "./view-kinds.ts";

const fast = { minBackoffMs: 1, maxBackoffMs: 2 };
const ended = (running: RunningProjection): Promise<void> =>
  eventually("it has failed", () => running.status().state === "failed");

describe("a projection whose handler fails", () => {
  onEveryKind((begin) => {
    it("tries again, and no event takes effect twice", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      await sell(system, 0, 30);
      let failures = 3;
      const before = (_sale: unknown, offset: number): void => {
        if (offset === 17 && failures-- > 0) throw new Error("a mistake");
      };
      const running = runProjection(system, place.define({ onFailure: fast }, before));
      await running.waitFor(30);
      expect(await place.sums(running)).to.deep.equal(sumsOf(30));
      expect(running.status()).to.include({ state: "running", skippedEvents: 0 });
      expect(running.status().lastError).to.have.property("message", "a mistake");
    });

    it("stops before that event, has what came before it, and goes on when it is mended", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      await sell(system, 0, 30);
      let broken = true;
      const before = (_sale: unknown, offset: number): void => {
        if (broken && offset === 17) throw new Error("a mistake");
      };
      const running = runProjection(system, place.define({ onFailure: { ...fast, retries: 1 } }, before));
      const waiting = rejection(running.waitFor(20));
      await ended(running);
      expect(running.status()).to.include({ offset: 16, lagEvents: 14 });
      const { lastError } = running.status();
      expect(lastError).to.be.instanceOf(ProjectionFailedError);
      expect(lastError).to.include({ code: "PROJECTION_FAILED", offset: 17, projection: "sums" });
      expect(await waiting).to.be.instanceOf(ProjectionStoppedError);
      expect(await rejection(running.waitFor(20))).to.have.property("cause", lastError);
      await running.waitFor(16);
      broken = false;
      running.start();
      await running.waitFor(30);
      expect(await place.sums(running)).to.deep.equal(sumsOf(30));
    });

    it("skips that event, with its order, and tells", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      const probe = new TestProbe(system);
      system.eventStream.subscribe(probe.ref, ["EventSkipped"]);
      for (const sku of ["a", "bad", "c"]) await system.entityRef(till, "1").ask({ type: "Sell", sku, n: 1 });
      const before = ({ sku }: { sku: string }): void => {
        if (sku === "bad") throw new Error("a mistake");
      };
      const running = runProjection(system, place.define({ onFailure: { retries: 0, action: "skip" } }, before));
      await running.waitFor(3);
      expect(await place.sums(running)).to.deep.equal({ a: 1, c: 1 });
      expect(running.status()).to.include({ state: "running", skippedEvents: 1 });
      const told = await probe.expectMessage(() => true);
      expect(told).to.deep.include({ projection: "sums", at: { persistenceId: "till|1", sequenceNr: 2, offset: 2 } });
    });
  });

  it("finds the one that is to blame in a group", async () => {
    const system = await startSystem();
    await sell(system, 0, 20);
    const seen: number[] = [];
    const running = runProjection(
      system,
      projection({
        name: "groups",
        source: sales,
        onFailure: { ...fast, retries: 1, action: "skip" },
        groupHandler(envelopes, view) {
          if (envelopes.some(({ offset }) => offset === 9)) throw new Error("a mistake");
          for (const { offset } of envelopes) view.put(String(offset).padStart(2, "0"), true);
          seen.push(envelopes.length);
        },
      }),
    );
    await running.waitFor(20);
    const kept: string[] = [];
    for await (const [key] of running.view.entries()) kept.push(key);
    expect(kept).to.have.lengthOf(19).and.not.include("09");
    expect(running.status().skippedEvents).to.equal(1);
  });

  it("begins anew from its place when the store fails, whether that was stored or not", async () => {
    for (const death of ["before", "after"] as const) {
      const system = await startSystem();
      const doom = new Doom((n) => (n === 1 ? death : undefined));
      const store = doom.over(system.views);
      const commit = store.commit;
      store.commit = (given) =>
        commit(given).catch((error: unknown) => {
          throw new StorageFailedError("here", "storing", error);
        });
      const running = runProjection(system, projection({ name: "sums", source: sales, store, handlers: counting }));
      await sell(system, 0, 10);
      await running.waitFor(10);
      await sell(system, 10, 40);
      await running.waitFor(40);
      for (const sku of skus) expect(await running.view.get(sku), death).to.equal(sumsOf(40)[sku]);
      expect(running.status().state).to.equal("running");
    }
  });

  const counting = {
    async Sold({ event }: { event: { sku: string; n: number } }, view: Parameters<typeof add>[0]): Promise<void> {
      await add(view, event.sku, event.n);
    },
  };

  it("handles effects again that were done and not noted, and no others", async () => {
    const system = await startSystem();
    await sell(system, 0, 250);
    const done: number[] = [];
    const doom = new Doom((n) => (n === 1 ? "before" : undefined));
    const effects = atLeastOnce({
      name: "mails",
      source: sales,
      store: doom.over(system.views),
      handler: async ({ offset }) => {
        await undefined;
        done.push(offset);
      },
    });
    const running = runProjection(system, effects);
    await ended(running);
    const repeated = done.slice(100);
    running.start();
    await running.waitFor(250);
    expect(done.slice(0, 100)).to.deep.equal(Array.from({ length: 100 }, (_, n) => n + 1));
    expect(done.slice(100 + repeated.length)).to.deep.equal(Array.from({ length: 150 }, (_, n) => n + 101));
    expect(repeated).to.deep.equal(Array.from({ length: repeated.length }, (_, n) => n + 101));
  });
});

describe("waitFor", () => {
  it("tells who waits too long, who gives up, and who waits for nonsense", async () => {
    const system = await startSystem();
    const running = runProjection(system, projection({ name: "none", source: sales, handler: () => undefined }));
    const late = await rejection(running.waitFor(5, { timeoutMs: 5 }));
    expect(late).to.be.instanceOf(ProjectionTimeoutError).and.include({ code: "PROJECTION_TIMEOUT", awaitedOffset: 5 });
    const abort = new AbortController();
    const given = rejection(running.waitFor(5, { signal: abort.signal }));
    abort.abort(new Error("enough"));
    expect(await given).to.have.property("message", "enough");
    for (const wrong of [-1, 1.5, Number.NaN])
      expect(await rejection(running.waitFor(wrong))).to.be.instanceOf(TypeError);
    await running.stop();
    expect(await rejection(running.waitFor(5))).to.be.instanceOf(ProjectionStoppedError);
  });
});

async function add(
  view: { update(key: string, change: (before: number | undefined) => number): Promise<void> },
  sku: string,
  n: number,
): Promise<void> {
  await view.update(sku, (sum = 0) => sum + n);
}
