/** A process over several entities, killed at each of its steps; and what its handler is told. */
import { expect } from "chai";
import type { ActorSystem } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import {
  CommandRejectedError,
  eventsOf,
  type ProjectionDefinition,
  processManager,
  type RunningProjection,
  runProjection,
} from "rekindle/projection";
import { faultyStorage } from "rekindle/testkit";
import { historyOf, startSystem } from "../support/start-system.ts";
import { eventually } from "../support/waiting.ts";
import { account, checkout, order, stock } from "./checkout-example.ts";
import { Doom } from "./dying-views.ts";
import { sales, sell } from "./till.ts";

const orders = {
  good: { lines: [line("apple", 2), line("pear", 1)], customer: "ann", amount: 600 },
  short: { lines: [line("apple", 1), line("pear", 9)], customer: "bob", amount: 100 },
  dear: { lines: [line("apple", 1)], customer: "ann", amount: 500 },
};
type OrderId = keyof typeof orders;

function line(sku: string, quantity: number): { sku: string; quantity: number } {
  return { sku, quantity };
}

async function place(system: ActorSystem, ...ids: OrderId[]): Promise<number> {
  let last = 0;
  for (const id of ids) {
    const placed = await system.entityRef(order, id).askWithOffset({ type: "Place", ...orders[id] });
    last = placed.offset;
  }
  return last;
}

/** What each entity has stored, in words. */
async function outcome(system: ActorSystem): Promise<Record<string, string[]>> {
  const told: Record<string, string[]> = {};
  for await (const { persistenceId, event } of system.readJournal.events()) {
    const words = JSON.stringify(event).replace(/\{"type":|[{}"]/g, "");
    told[persistenceId] = [...(told[persistenceId] ?? []), words];
  }
  return told;
}

async function settle(running: RunningProjection, offset: number): Promise<number> {
  for (let lives = 1; lives < 100; lives++) {
    running.start();
    if (
      await running.waitFor(offset).then(
        () => true,
        () => false,
      )
    )
      return lives;
  }
  throw new Error("it does not settle");
}

describe("a process manager", () => {
  async function run(doom: Doom): Promise<{ told: Record<string, string[]>; lives: number }> {
    const system = await startSystem();
    for (const sku of ["apple", "pear"]) await system.entityRef(stock, sku).ask({ type: "Deliver", quantity: 4 });
    const offset = await place(system, "good", "short", "dear");
    const onFailure = { ...checkout.onFailure, retries: 0 };
    const running = runProjection(system, { ...checkout, onFailure, store: doom.over(system.views) });
    const lives = await settle(running, offset);
    const told = await outcome(system);
    await system.terminate();
    return { told, lives };
  }

  it("reserves, charges, and takes back, once each, though it is killed at every step", async () => {
    const uninterrupted = new Doom(() => undefined);
    const { told: expected } = await run(uninterrupted);
    expect(expected["account|ann"]).to.deep.equal(["Charged,amount:600"]);
    expect(expected["stock|apple"]).to.deep.equal([
      "Moved,by:4",
      "Moved,by:-2",
      "Moved,by:-1",
      "Moved,by:1",
      "Moved,by:-1",
      "Moved,by:1",
    ]);
    expect(expected["order|good"]?.at(-1)).to.equal("Confirmed");
    expect(expected["order|short"]?.at(-1)).to.equal("Cancelled,reason:OutOfStock");
    expect(expected["order|dear"]?.at(-1)).to.equal("Cancelled,reason:LimitExceeded");
    const steps = uninterrupted.commits;
    expect(steps).to.be.above(10);
    let killed = 0;
    for (let step = 0; step < steps; step++) {
      for (const death of ["before", "after"] as const) {
        const { told, lives } = await run(new Doom((n) => (n === step ? death : undefined)));
        expect(told, `killed ${death} commit ${step}`).to.deep.equal(expected);
        if (lives === 2) killed++;
      }
    }
    // The last commits pass over what the process has led to itself; nobody waits for them.
    expect(killed).to.be.at.least(2 * (steps - 3));
  });

  it("charges once when it is killed at every single commit, again and again", async () => {
    const { told: expected } = await run(new Doom(() => undefined));
    const { told } = await run(new Doom((n) => (n % 2 === 0 ? "before" : undefined)));
    expect(told).to.deep.equal(expected);
  });

  it("sends again, under the same id, a command whose outcome it did not learn", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    for (const sku of ["apple", "pear"]) await system.entityRef(stock, sku).ask({ type: "Deliver", quantity: 4 });
    storage.failNext("append", "account|ann");
    const running = runProjection(system, { ...checkout, onFailure: { ...checkout.onFailure, minBackoffMs: 1 } });
    await running.waitFor(await place(system, "good"));
    const told = await outcome(system);
    expect(told["account|ann"]).to.deep.equal(["Charged,amount:600"]);
    expect(told["stock|apple"]).to.deep.equal(["Moved,by:4", "Moved,by:-2"]);
    expect(running.status().lastError).to.have.property("code", "PERSIST_FAILED");
  });

  it("names the cause of what it sends, and inherits its correlation", async () => {
    const system = await startSystem();
    for (const sku of ["apple", "pear"]) await system.entityRef(stock, sku).ask({ type: "Deliver", quantity: 4 });
    const running = runProjection(system, checkout);
    const ref = system.entityRef(order, "good");
    const options = { metadata: { correlationId: "web-7" } };
    const { offset } = await ref.askWithOffset({ type: "Place", ...orders.good }, options);
    await running.waitFor(offset);
    const [charged] = await historyOf(system, system.entityRef(account, "ann"));
    expect(charged?.metadata).to.include({ correlationId: "web-7", causationId: "order|good#1" });
  });

  it("remembers from event to event, tells of rejections, and does not mind a handler that hides an open outcome", async () => {
    const system = await startSystem();
    const storage: unknown[] = [];
    let hidden = 0;
    const definition: ProjectionDefinition = processManager({
      name: "every-third",
      source: sales,
      onFailure: { retries: 3, minBackoffMs: 1, maxBackoffMs: 1 },
      async handler({ event }, { ask, view }) {
        if (event.type !== "Sold") return;
        await view.update<number>("seen", (seen = 0) => seen + 1);
        if (((await view.get<number>("seen")) ?? 0) % 3 !== 0) return;
        const charged = await ask(account, "x", { type: "Charge", amount: 400 }, { timeoutMs: 1_000 }).catch(
          (error) => {
            if (error instanceof CommandRejectedError) storage.push([error.rejection, error.command, error.code]);
            else hidden++;
            return -1;
          },
        );
        storage.push(charged);
      },
    });
    const running = runProjection(system, definition);
    await sell(system, 0, 9);
    await running.waitFor(9);
    expect(storage).to.deep.equal([400, 800, ["LimitExceeded", "Charge", "COMMAND_REJECTED"], -1]);
    expect(await running.view.get("seen")).to.equal(9);
    const left: unknown[] = [];
    for await (const batch of system.views.entries({ name: "every-third", generation: 1 })) left.push(...batch);
    expect(left).to.deep.equal([["seen", 9]]);
    const wrong: ProjectionDefinition = processManager({
      name: "hides",
      source: eventsOf("till"),
      onFailure: { retries: 2, minBackoffMs: 1, maxBackoffMs: 1 },
      handler: async (_envelope, { ask }) => {
        // No command of an account: nobody decides about it.
        await ask(account, "x", { type: "Nonsense" } as never).catch(() => hidden++);
      },
    });
    const stubborn = runProjection(system, wrong);
    await eventually("it has failed", () => stubborn.status().state === "failed");
    expect(hidden).to.be.above(1);
    expect(stubborn.status().offset).to.equal(0);
  });
});
