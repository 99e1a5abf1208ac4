/** A projection from the beginning of a filled store to its end: reading, handling, and storing the view with its place. */
import { join } from "node:path";
import { ActorSystem, type EventEnvelope } from "rekindle";
import { levelStorage } from "rekindle/level";
import { eventsOf, type ProjectionDefinition, projection, runProjection, sqlProjection } from "rekindle/projection";
import { sqliteViews } from "rekindle/sqlite";
import { type BenchEvent, benchCart } from "../bench-cart.ts";
import type { Figures } from "../figures.ts";
import { ratesOf, Stopwatch } from "../measure.ts";
import { whileProfiled } from "../profiler.ts";

export interface CatchUp {
  readonly carts: number;
  readonly eventsEach: number;
  /** What is kept of each cart: an entry in the store of the events, or a row in SQLite. */
  readonly view: "entries" | "tables";
}

const options = { name: "items", source: eventsOf(benchCart) };

const inEntries = projection<BenchEvent>({
  ...options,
  handler: ({ entityId, event }, view) => view.update<number>(entityId, (items = 0) => items + event.quantity),
});

export async function catchUp({ carts, eventsEach, view }: CatchUp, folder: string): Promise<Figures> {
  const system = await ActorSystem.create("bench", { storage: levelStorage(folder) });
  await system.views.drop(options.name);
  const tables = view === "tables" ? await emptyTables(join(folder, "..", "items.db")) : undefined;
  const calls = carts * eventsEach;
  const watch = new Stopwatch();
  const running = runProjection(system, tables?.definition ?? inEntries);
  await whileProfiled(() => running.waitFor(calls, { timeoutMs: 600_000 }));
  const loop = watch.read(calls);
  const counted = tables ? tables.count() : await sumOf(running.view.entries<number>());
  tables?.close();
  await system.terminate();
  if (counted !== calls) throw new Error(`the view counts ${counted} of ${calls} events`);
  return ratesOf(loop);
}

async function sumOf(entries: AsyncIterable<readonly [string, number]>): Promise<number> {
  let sum = 0;
  for await (const [, items] of entries) sum += items;
  return sum;
}

async function emptyTables(
  path: string,
): Promise<{ readonly definition: ProjectionDefinition; count(): number; close(): void }> {
  const store = sqliteViews(path);
  await store.drop(options.name);
  const definition = sqlProjection<BenchEvent>({
    ...options,
    store,
    schema: (sql) => sql.run(`CREATE TABLE ${sql.table("items")} (cart TEXT PRIMARY KEY, n INT) WITHOUT ROWID`),
    handler({ entityId, event }: EventEnvelope<BenchEvent>, sql) {
      const add = `INSERT INTO ${sql.table("items")} VALUES (?, ?) ON CONFLICT (cart) DO UPDATE SET n = n + excluded.n`;
      sql.run(add, entityId, event.quantity);
    },
  });
  const count = (): number => (store.db.prepare("SELECT sum(n) AS n FROM items").get() as { n: number }).n;
  return { definition, count, close: () => store.close() };
}
