/** Builds the read models of a store anew, from its first event on, while those that are there go on serving. */
import { performance } from "node:perf_hooks";
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

/** Resolves with the exit code: 0 when the new tables say what the old ones said. */
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
    await Promise.all(models.map((model) => model.rebuild()));
    const tookMs = Math.ceil(performance.now() - start);
    const after = tablesOf(views).join("\n");
    const each = `${count(models.length, "read model")} from ${count(events, "event")} each`;
    screen.line(`rebuilt ${each}, in ${count(tookMs, "millisecond")}`, "title");
    screen.line(after);
    screen.line();
    if (after === before) screen.line("The tables say what they said before.", "good");
    else screen.line(`The tables DIFFER from those before:\n${before}`, "bad");
    return after === before ? exitCodes.done : exitCodes.failed;
  } finally {
    await system.terminate();
    views.close();
  }
}
