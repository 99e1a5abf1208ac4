/** Events out of events: in one commit with the place, and so exactly once. */
import { expect } from "chai";
import { type Command, type EventSourcedDefinition, eventSourced } from "rekindle";
import { allEvents, type ProjectionDefinition, runProjection, transformation } from "rekindle/projection";
import { StorageFailedError } from "#src/errors.js";
import { onEveryStorage } from "../support/every-storage.ts";
import { historyOf, startSystem } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";
import { Doom } from "./dying-views.ts";
import { saleOf, sales, sell } from "./till.ts";

type LedgerEvent = { type: "Booked"; n: number } | { type: "Total"; n: number };
const ledger: EventSourcedDefinition<Command<"Sum", {}, number>, LedgerEvent, number> = eventSourced<
  Command<"Sum", {}, number>,
  LedgerEvent,
  number
>({
  entityType: "ledger",
  emptyState: 0,
  commandHandler: (sum, command, { effect }) => effect.reply(command, sum),
  eventHandler: (sum, event) => (event.type === "Booked" ? sum + event.n : sum),
});

const booking: ProjectionDefinition = transformation({
  name: "booking",
  source: allEvents<{ type: string; n?: number }>(),
  async handler({ event, persistenceId }, { emit, view }) {
    if (event.type !== "Sold" && event.type !== "Booked") return;
    const n = event.n ?? 0;
    await view.update<number>("total", (total = 0) => total + n);
    emit(ledger, persistenceId, [{ type: "Booked", n }], { tags: ["booked"], metadata: { by: "test" } });
    emit(ledger, "totals", { type: "Total", n: (await view.get<number>("total")) ?? 0 });
  },
});

const total = (to: number): number => Array.from({ length: to }, (_, n) => saleOf(n).n).reduce((a, b) => a + b, 0);

describe("a transformation", () => {
  onEveryStorage((newStorage) => {
    it("emits to other streams, each event once, and does not answer itself", async () => {
      const system = await startSystem({ storage: newStorage() });
      await sell(system, 0, 20);
      const running = runProjection(system, booking);
      await running.waitFor(20);
      await sell(system, 20, 40);
      const live: string[] = [];
      for await (const { event, offset } of system.readJournal.eventsByTag("booked", { live: true })) {
        live.push((event as LedgerEvent).type);
        if (live.length === 40) {
          await running.waitFor(offset);
          break;
        }
      }
      expect(new Set(live)).to.deep.equal(new Set(["Booked"]));
      const totals = await historyOf(system, { persistenceId: "ledger|totals" });
      expect(totals.map(({ sequenceNr }) => sequenceNr)).to.deep.equal(Array.from({ length: 40 }, (_, n) => n + 1));
      expect(totals.at(-1)?.event).to.deep.equal({ type: "Total", n: total(40) });
      expect(totals[0]?.metadata).to.include({
        transformation: "booking",
        correlationId: totals[0]?.metadata.causationId,
      });
      expect(await running.view.get("total")).to.equal(total(40));
      expect(await system.entityRef(ledger, "till|0").ask({ type: "Sum" })).to.be.above(0);
      expect((await system.storage.verify()).faults).to.deep.equal([]);
    });

    it("emits no event twice, whether a commit that failed was stored or not", async () => {
      const system = await startSystem({ storage: newStorage() });
      const doom = new Doom((n) => (n % 4 === 1 ? "before" : n % 4 === 3 ? "after" : undefined));
      const store = doom.over(system.views);
      const { commit } = store;
      store.commit = (given) =>
        commit(given).catch((error: unknown) => {
          throw new StorageFailedError("here", "storing", error);
        });
      const running = runProjection(system, { ...booking, store });
      for (let sold = 0; sold < 20; sold += 4) {
        await sell(system, sold, sold + 4);
        await running.waitFor(system.readJournal.currentOffset());
      }
      const totals = await historyOf(system, { persistenceId: "ledger|totals" });
      expect(totals).to.have.lengthOf(20);
      expect(totals.at(-1)?.event).to.deep.equal({ type: "Total", n: total(20) });
    });
  });

  it("stores nothing for an event whose handler fails, and cannot be rebuilt", async () => {
    const system = await startSystem();
    await sell(system, 0, 5);
    const failing = transformation({
      name: "failing",
      source: sales,
      onFailure: { retries: 0, action: "skip" },
      handler({ event, offset }, { emit }) {
        emit(ledger, "all", { type: "Booked", n: event.type === "Sold" ? event.n : 0 });
        if (offset === 3) throw new Error("a mistake");
        if (offset === 4) emit(ledger, "", { type: "Booked", n: 1 });
      },
    });
    const running = runProjection(system, failing);
    await running.waitFor(5);
    const all = await historyOf(system, { persistenceId: "ledger|all" });
    expect(all.map(({ event }) => (event as { n: number }).n)).to.deep.equal([0, 1, 4].map((n) => saleOf(n).n));
    expect(await rejection(running.rebuild())).to.be.instanceOf(TypeError);
  });
});
