/** Rebuilding, pausing, slices, and what is refused. */
import { expect } from "chai";
import { NameTakenError } from "rekindle";
import {
  allEvents,
  atLeastOnce,
  eventsByPersistenceId,
  eventsByTag,
  eventsOf,
  ProjectionStoppedError,
  projection,
  runProjection,
} from "rekindle/projection";
import { startSystem } from "../support/start-system.ts";
import { deferred, eventually, rejection } from "../support/waiting.ts";
import { Doom } from "./dying-views.ts";
import { saleOf, sales, sell, sumsOf, till } from "./till.ts";
import { onEveryKind } from "./view-kinds.ts";

describe("a projection in use", () => {
  onEveryKind((begin) => {
    it("is rebuilt while the old view goes on serving, and then at once", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      let factor = 2;
      const running = runProjection(
        system,
        place.define({}, (sale) => {
          Reflect.set(sale, "n", sale.n * factor);
        }),
      );
      await sell(system, 0, 30);
      await running.waitFor(30);
      const doubled = await place.sums(running);
      expect(doubled).to.not.deep.equal(sumsOf(30));
      factor = 1;
      const rebuilt = running.rebuild();
      expect(await place.sums(running)).to.deep.equal(doubled);
      await rebuilt;
      expect(await place.sums(running)).to.deep.equal(sumsOf(30));
      await sell(system, 30, 60);
      await running.waitFor(60);
      expect(await place.sums(running)).to.deep.equal(sumsOf(60));
      expect(running.status()).to.include({ state: "running", rebuild: undefined });
    });

    it("is rebuilt under load without missing an event, and again", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      const running = runProjection(system, place.define({ slices: 3 }));
      const load = sell(system, 0, 300);
      await running.waitFor(50);
      await running.rebuild();
      await running.rebuild();
      await load;
      await running.waitFor(300);
      expect(await place.sums(running)).to.deep.equal(sumsOf(300));
    });

    it("goes on with a rebuild that was cut off", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      await sell(system, 0, 30);
      const gate = deferred();
      let building = false;
      const hold = (): void => {
        if (building) throw new Error("not yet");
      };
      const slow = { onFailure: { retries: 1_000, minBackoffMs: 1, maxBackoffMs: 1 } };
      const first = runProjection(system, place.define(slow, hold));
      await first.waitFor(30);
      building = true;
      const rebuilt = rejection(first.rebuild());
      await eventually("it is being built", () => first.status().rebuild !== undefined);
      await first.stop();
      expect(await rebuilt).to.be.instanceOf(ProjectionStoppedError);
      building = false;
      gate.resolve();
      first.start();
      await eventually("it runs", () => first.status().state === "running");
      await eventually("it is rebuilt", () => first.status().rebuild === undefined);
      expect(await place.sums(first)).to.deep.equal(sumsOf(30));
    });

    it("keeps the old view when the new one fails", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      await sell(system, 0, 10);
      let broken = false;
      const check = (_sale: unknown, offset: number): void => {
        if (broken && offset === 5) throw new Error("a mistake");
      };
      const running = runProjection(system, place.define({ onFailure: { retries: 0 } }, check));
      await running.waitFor(10);
      broken = true;
      expect(await rejection(running.rebuild())).to.have.property("code", "PROJECTION_FAILED");
      await sell(system, 10, 20);
      await running.waitFor(20);
      expect(await place.sums(running)).to.deep.equal(sumsOf(20));
    });

    it("pauses between two steps, and goes on", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      const running = runProjection(system, place.define());
      await sell(system, 0, 10);
      await running.waitFor(10);
      await running.pause();
      await sell(system, 10, 20);
      expect(running.status()).to.include({ state: "paused", offset: 10, lagEvents: 10 });
      expect(await place.sums(running)).to.deep.equal(sumsOf(10));
      running.resume();
      await running.waitFor(20);
      expect(await place.sums(running)).to.deep.equal(sumsOf(20));
    });

    it("is divided into slices, and divided anew, without losing or repeating an event", async () => {
      const { storage, place } = begin();
      const system = await startSystem({ storage });
      let sold = 0;
      for (const slices of [4, 1, 7, 2]) {
        const running = runProjection(system, place.define({ slices }));
        await sell(system, sold, sold + 60);
        sold += 60;
        if (slices !== 7) await running.waitFor(sold);
        await running.stop();
      }
      const running = runProjection(system, place.define({ slices: 3 }));
      await running.waitFor(sold);
      expect(await place.sums(running)).to.deep.equal(sumsOf(sold));
    });
  });

  it("keeps the order of each persistence id in its slice", async () => {
    const system = await startSystem();
    const running = runProjection(
      system,
      projection({
        name: "order",
        source: sales,
        slices: 3,
        async handler({ persistenceId, sequenceNr }, view) {
          await view.update<number[]>(persistenceId, (seen = []) => [...seen, sequenceNr]);
        },
      }),
    );
    await sell(system, 0, 100);
    await running.waitFor(100);
    for (let id = 0; id < 5; id++) {
      expect(await running.view.get(`till|${id}`)).to.deep.equal(Array.from({ length: 20 }, (_, n) => n + 1));
    }
  });

  it("sees one persistence id, a tag, an entity type, several, or everything", async () => {
    const system = await startSystem();
    const bulk = Array.from({ length: 40 }, (_, n) => saleOf(n)).filter(({ n }) => n > 5).length;
    const sources = [
      [allEvents(), 40],
      [sales, 40],
      [eventsOf("till", "other"), 40],
      [eventsOf("other"), 0],
      [eventsByTag("bulk"), bulk],
      [eventsByPersistenceId("till|3"), 8],
    ] as const;
    await sell(system, 0, 20);
    const all = sources.map(([source], n) =>
      runProjection(system, projection({ name: `p${n}`, source, handler: () => undefined })),
    );
    await sell(system, 20, 40);
    for (const [n, [source, count]] of sources.entries()) {
      await all[n]?.waitFor(40);
      expect(all[n]?.status().handledEvents, source.description).to.equal(count);
    }
  });

  it("ends the same as an uninterrupted one, killed before and after any of its commits", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const system = await startSystem();
      let next = (seed * 7) % 5;
      const doom = new Doom((n) => {
        if (n !== next) return undefined;
        next += 1 + ((n * seed) % 4);
        return (n + seed) % 2 === 0 ? "before" : "after";
      });
      const store = doom.over(system.views);
      const running = runProjection(
        system,
        projection({
          name: "sums",
          source: sales,
          store,
          slices: 1 + (seed % 3),
          async handler({ event }, view) {
            if (event.type === "Sold") await view.update<number>(event.sku, (sum = 0) => sum + event.n);
          },
        }),
      );
      for (let sold = 0; sold < 30; sold += 6) {
        await sell(system, sold, sold + 6);
        for (let lives = 0; lives < 50; lives++) {
          running.start();
          if (
            await running.waitFor(sold + 6).then(
              () => true,
              () => false,
            )
          )
            break;
        }
      }
      const sums: Record<string, unknown> = {};
      for await (const [sku, sum] of running.view.entries()) sums[sku] = sum;
      expect(sums, `seed ${seed}`).to.deep.equal(sumsOf(30));
      await system.terminate();
    }
  });

  it("refuses what cannot be", async () => {
    const system = await startSystem();
    const define = (options: object): unknown =>
      projection({ name: "x", source: sales, handler() {}, ...options } as never);
    for (const wrong of [
      { name: "" },
      { name: "a\0b" },
      { source: "till" },
      { slices: 0 },
      { slices: 257 },
      { handler: undefined },
      { handler: 5 },
      { handlers: {} },
      { onFailure: { retries: -1 } },
      { onFailure: { minBackoffMs: 0 } },
      { onFailure: { action: "later" } },
    ]) {
      expect(() => define(wrong), JSON.stringify(wrong)).to.throw(TypeError);
    }
    for (const wrong of [
      () => eventsOf(),
      () => eventsByTag(""),
      () => eventsByPersistenceId(""),
      () => eventsOf(5 as never),
    ])
      expect(wrong).to.throw(TypeError);
    expect(() => runProjection(system, {} as never)).to.throw(TypeError);
    const running = runProjection(system, atLeastOnce({ name: "x", source: sales, handler() {} }));
    expect(() => runProjection(system, projection({ name: "x", source: sales, handler() {} }))).to.throw(
      NameTakenError,
    );
    expect(await rejection(running.rebuild())).to.be.instanceOf(TypeError);
    expect(till.entityType).to.equal("till");
  });
});
