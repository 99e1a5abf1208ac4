/** A projection: every event once, in order, and its place with it. */
import { expect } from "chai";
import { runProjection } from "rekindle/projection";
import { startSystem } from "../support/start-system.ts";
import { eventually } from "../support/waiting.ts";
import { sell, sumsOf, till } from "./till.ts";
import { onEveryKind } from "./view-kinds.ts";

describe("a projection", () => {
  onEveryKind((begin) => {
    it("contains what was stored before it and what comes while it runs, each once", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      await sell(system, 0, 40);
      const running = runProjection(system, place.define());
      await running.waitFor(40);
      expect(await place.sums(running)).to.deep.equal(sumsOf(40));
      await sell(system, 40, 70);
      await running.waitFor(70);
      expect(await place.sums(running)).to.deep.equal(sumsOf(70));
      expect(running.status()).to.include({ state: "running", offset: 70, lagEvents: 0, lagMs: 0, handledEvents: 70 });
    });

    it("lets a caller read its own write", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      const running = runProjection(system, place.define());
      for (let n = 1; n <= 5; n++) {
        const { offset } = await system.entityRef(till, "1").askWithOffset({ type: "Sell", sku: "kiwi", n: 1 });
        await running.waitFor(offset);
        expect(await place.sums(running)).to.deep.equal({ kiwi: n });
      }
    });

    it("goes on where it was, with another system", async () => {
      const { storage, place } = begin();
      const first = await startSystem({ storage });
      const before = runProjection(first, place.define());
      await sell(first, 0, 30);
      await before.waitFor(30);
      await first.terminate();
      expect(before.status().state).to.equal("stopped");
      const second = await startSystem({ storage });
      await sell(second, 30, 50);
      const running = runProjection(second, place.define());
      await running.waitFor(50);
      expect(await place.sums(running)).to.deep.equal(sumsOf(50));
      expect(running.status().handledEvents).to.equal(20);
    });

    it("keeps its place past events that do not concern it", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      const running = runProjection(system, place.define());
      for (let n = 0; n < 3; n++) await system.entityRef(till, "1").ask({ type: "Open" });
      await running.waitFor(3);
      await running.stop();
      running.start();
      await eventually("it runs", () => running.status().state === "running");
      expect(running.status()).to.include({ offset: 3, handledEvents: 3 });
    });
  });
});
