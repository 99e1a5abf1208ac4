/** Kills projectors on one folder, round after round, and holds their views against the history after each. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { type RunningProjection, runProjection } from "rekindle/projection";
import { sqliteViews } from "rekindle/sqlite";
import { checkout } from "../projection/checkout-example.js";
import { expectedView, inEntries, inTables, slicesOf, tablesOf } from "./projection-views.js";

const projector = fileURLToPath(new URL("./projector.js", import.meta.url));

/** One kill, and what was there after it. */
export interface ProjectionRound {
  readonly events: number;
  /** How far the views were behind when they were opened. */
  readonly behind: readonly number[];
  readonly charges: number;
}

/** All rounds in one folder. */
export class ProjectionRounds {
  readonly #folder: string;
  readonly #seed: number;
  #round = 0;

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#seed = seed;
  }

  /** @throws Error naming the seed when a view is not that of an uninterrupted projection */
  async next(check = true): Promise<ProjectionRound | undefined> {
    const seed = this.#seed + this.#round++;
    await this.#kill(seed);
    return check ? this.check(seed) : undefined;
  }

  async check(seed: number): Promise<ProjectionRound> {
    const system = await ActorSystem.create("check", { storage: levelStorage(join(this.#folder, "store")) });
    const views = sqliteViews(join(this.#folder, "views.db"));
    try {
      const end = system.readJournal.currentOffset();
      const stored = [await system.views.find("tills"), await views.find("tills"), await system.views.find("checkout")];
      const behind = stored.map((view) => end - Math.min(...(view?.generations[0]?.offsets ?? [0])));
      const all = [inEntries(slicesOf(seed + 2)), inTables(views, slicesOf(seed)), checkout].map((definition) =>
        runProjection(system, definition),
      );
      const [entries] = all;
      for (const running of all) await running.waitFor(end, { timeoutMs: 60_000 });
      await rebuilt(all);
      const expected = await expectedView(system);
      const found = new Map<string, unknown>();
      if (entries) for await (const [key, value] of entries.view.entries()) found.set(key, value);
      assertSame(seed, "the view in the store", found, expected);
      assertSame(seed, "the view in SQLite", tablesOf(views), expected);
      const charges = await this.#assertProcesses(system, seed);
      return { events: end, behind, charges };
    } finally {
      await system.terminate();
      views.close();
    }
  }

  /** Every order is confirmed or cancelled, every confirmed one was charged and delivered once. */
  async #assertProcesses(system: ActorSystem, seed: number): Promise<number> {
    const orders = new Map<string, { amount: number; lines: { sku: string; quantity: number }[]; end?: string }>();
    const charged: number[] = [];
    const moved = new Map<string, number>();
    const deliveries = new Map<string, number>();
    for await (const { persistenceId, entityType, entityId, event } of system.readJournal.events()) {
      const { type, ...rest } = event as { type: string } & Record<string, never>;
      if (type === "Placed") orders.set(entityId, rest as never);
      else if (type === "Charged") charged.push(rest.amount ?? 0);
      else if (type === "Moved") {
        moved.set(entityId, (moved.get(entityId) ?? 0) + (rest.by ?? 0));
        if (rest.by === 5) deliveries.set(entityId, (deliveries.get(entityId) ?? 0) + 1);
      } else if (entityType === "order") {
        const order = orders.get(entityId);
        if (!order || order.end) throw new Error(`seed ${seed}: ${persistenceId} has a second end`);
        order.end = type;
      }
    }
    const confirmed = [...orders.values()].filter(({ end }) => end === "Confirmed");
    const open = [...orders].filter(([, { end }]) => end === undefined);
    if (open.length > 0) throw new Error(`seed ${seed}: ${open.length} orders have no end, such as ${open[0]?.[0]}`);
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
    if (sum(charged) !== sum(confirmed.map(({ amount }) => amount)) || charged.length !== confirmed.length)
      throw new Error(`seed ${seed}: ${charged.length} charges for ${confirmed.length} confirmed orders`);
    for (const [sku, left] of moved) {
      const sold = confirmed.flatMap(({ lines }) => lines).filter((line) => line.sku === sku);
      if (left !== 5 * (deliveries.get(sku) ?? 0) - sum(sold.map(({ quantity }) => quantity)))
        throw new Error(`seed ${seed}: ${left} of ${sku} are left`);
    }
    return charged.length;
  }

  async #kill(seed: number): Promise<void> {
    const child = spawn(process.execPath, [projector, this.#folder, String(seed)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    const lines = 1 + ((seed * 7_919) % 60);
    let heard = 0;
    createInterface(child.stdout).on("line", () => {
      // Between two lines, too: the delay is a part of a millisecond or some of them.
      if (++heard === lines) setTimeout(() => child.kill("SIGKILL"), (seed * 31) % 7);
    });
    const [, signal] = await once(child, "close");
    if (signal !== "SIGKILL") throw new Error(`seed ${seed}: the projector ended by itself: ${errors}`);
  }
}

async function rebuilt(all: readonly RunningProjection[]): Promise<void> {
  while (all.some((running) => running.status().rebuild !== undefined)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function assertSame(seed: number, what: string, found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(found, expected)) return;
  throw new Error(`seed ${seed}: ${what} is not that of an uninterrupted projection`);
}
