/** The views of the crash test: sums that forget no event and count none twice, and the order in which events came. */
import type { ActorSystem } from "rekindle";
import { type ProjectionDefinition, projection, sqlProjection } from "rekindle/projection";
import type { SqliteViews } from "rekindle/sqlite";
import { saleOf, sales } from "../projection/till.js";

/** A till as the views have it: how much was sold, and the last event, which must be one after the other. */
export interface TillRow {
  readonly n: number;
  readonly sequenceNr: number;
  /** Depends on every event and on their order. */
  readonly digest: number;
}

export const skusOfOrders: readonly string[] = ["lamp", "desk"];

export function slicesOf(seed: number): number {
  return 1 + (seed % 3);
}

export function saleCommandOf(n: number): {
  readonly id: string;
  readonly command: { readonly type: "Sell"; readonly sku: string; readonly n: number };
} {
  const { id, sku, n: sold } = saleOf(n);
  return { id, command: { type: "Sell", sku, n: sold } };
}

export function orderOf(n: number): {
  readonly type: "Place";
  readonly lines: { sku: string; quantity: number }[];
  readonly customer: string;
  readonly amount: number;
} {
  const lines = skusOfOrders.map((sku, at) => ({ sku, quantity: 1 + ((n >> at) % 2) }));
  return { type: "Place", lines, customer: `c${n % 50}`, amount: 300 + (n % 200) };
}

/** The row after an event. @throws Error when an event was left out or came twice */
export function next(row: TillRow | undefined, event: { readonly n: number }, sequenceNr: number): TillRow {
  const before = row ?? { n: 0, sequenceNr: 0, digest: 7 };
  if (sequenceNr !== before.sequenceNr + 1) throw new Error(`event ${sequenceNr} comes after ${before.sequenceNr}`);
  return { n: before.n + event.n, sequenceNr, digest: (before.digest * 31 + event.n * sequenceNr) % 1_000_003 };
}

export function inEntries(slices: number): ProjectionDefinition {
  return projection({
    name: "tills",
    source: sales,
    slices,
    onFailure: { retries: 0 },
    handlers: {
      async Sold({ event, entityId, sequenceNr }, view) {
        await view.update<TillRow>(entityId, (row) => next(row, event, sequenceNr));
        await view.update<number>(`of ${event.sku}`, (sum = 0) => sum + event.n);
      },
    },
  });
}

export function inTables(store: SqliteViews, slices: number): ProjectionDefinition {
  return sqlProjection({
    name: "tills",
    source: sales,
    slices,
    onFailure: { retries: 0 },
    store,
    schema(sql) {
      sql.run(`CREATE TABLE ${sql.table("tills")} (id TEXT PRIMARY KEY, n INT, sequenceNr INT, digest INT)`);
      sql.run(`CREATE TABLE ${sql.table("skus")} (sku TEXT PRIMARY KEY, n INT)`);
    },
    handlers: {
      Sold({ event, entityId, sequenceNr }, sql) {
        const tills = sql.table("tills");
        const row = sql.get(`SELECT n, sequenceNr, digest FROM ${tills} WHERE id = ?`, entityId) as TillRow | undefined;
        const { n, sequenceNr: last, digest } = next(row, event, sequenceNr);
        sql.run(`INSERT OR REPLACE INTO ${tills} VALUES (?, ?, ?, ?)`, entityId, n, last, digest);
        const add = `INSERT INTO ${sql.table("skus")} VALUES (?, ?) ON CONFLICT (sku) DO UPDATE SET n = n + excluded.n`;
        sql.run(add, event.sku, event.n);
      },
    },
  });
}

/** What an uninterrupted projection of the history has. */
export async function expectedView(system: ActorSystem): Promise<Map<string, TillRow | number>> {
  const view = new Map<string, TillRow | number>();
  for await (const { event, entityId, sequenceNr } of system.readJournal.events({ entityType: "till" })) {
    const sold = event as { readonly sku: string; readonly n: number };
    view.set(entityId, next(view.get(entityId) as TillRow | undefined, sold, sequenceNr));
    view.set(`of ${sold.sku}`, ((view.get(`of ${sold.sku}`) ?? 0) as number) + sold.n);
  }
  return view;
}

export function tablesOf({ db }: SqliteViews): Map<string, TillRow | number> {
  const view = new Map<string, TillRow | number>();
  const tills = db.prepare("SELECT id, n, sequenceNr, digest FROM tills").all() as (TillRow & { id: string })[];
  for (const { id, ...row } of tills) view.set(id, row);
  for (const { sku, n } of db.prepare("SELECT sku, n FROM skus").all() as { sku: string; n: number }[]) {
    view.set(`of ${sku}`, n);
  }
  return view;
}
