/** Builds the read models of a store anew, from its first event on, while those that are there go on serving. */
import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { runProjection } from "rekindle/projection";
import { sqliteViews } from "rekindle/sqlite";
import { count } from "./amounts.ts";
import { cart } from "./cart.ts";
import { openShop } from "./open-shop.ts";
import { readModels } from "./read-models.ts";
import { viewsFile } from "./read-side.ts";
import type { Screen } from "./screen.ts";
import { tablesOf } from "./tables.ts";
import { exitCodes } from "./task.ts";

/** Between two looks at the tables while they are rebuilt. */
const readPauseMs = 5;

/** Resolves with the exit code. */
export async function rebuild(folder: string, screen: Screen): Promise<number> {
  const system = await openShop(folder);
  const views = sqliteViews(viewsFile(folder));
  try {
    const end = system.readJournal.currentOffset();
    if (end === 0) {
      screen.line("There is nothing to rebuild: the store has no events.");
      return exitCodes.done;
    }
    const models = readModels(views).map((model) => runProjection(system, model));
    await Promise.all(models.map((model) => model.waitFor(end, { timeoutMs: Number.POSITIVE_INFINITY })));
    const before = tablesOf(views).join("\n");
    let events = 0;
    for await (const _ of system.readJournal.events({ entityType: cart.entityType })) events++;
    const start = performance.now();
    const rebuilding = Promise.all(models.map((model) => model.rebuild()));
    const reads = await readUntil(rebuilding, () => tablesOf(views));
    const tookMs = Math.ceil(performance.now() - start);
    const after = tablesOf(views).join("\n");
    const each = `${count(models.length, "read model")} from ${count(events, "event")} each`;
    screen.line(`rebuilt ${each}, in ${count(tookMs, "millisecond")}`, "title");
    screen.line(`  meanwhile the old ones went on serving, and were read ${count(reads, "time")}`);
    screen.line(after);
    screen.line();
    const same = after === before;
    screen.line(`They say ${same ? "what they said before" : "something else than before"}.`, same ? "good" : "title");
    return exitCodes.done;
  } finally {
    await system.terminate();
    views.close();
  }
}

/** Reads the tables again and again until the work is done. Gives how often. */
async function readUntil(work: Promise<unknown>, read: () => void): Promise<number> {
  let over = false;
  const ended = work.then(() => {
    over = true;
  });
  let reads = 0;
  for (; !over; reads++) {
    read();
    await Promise.race([ended, wait(readPauseMs)]);
  }
  return reads;
}
