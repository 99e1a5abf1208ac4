/** The same read model of sums by sku in every kind of store. */
import { join } from "node:path";
import type { Storage } from "rekindle";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import {
  type ProjectionDefinition,
  type ProjectionOptions,
  projection,
  type RunningProjection,
  sqlProjection,
} from "rekindle/projection";
import { type SqliteViews, sqliteViews } from "rekindle/sqlite";
import { temporaryFolder } from "../support/every-storage.ts";
import { type Sold, sales, type TillEvent } from "./till.ts";

type Options = Partial<ProjectionOptions<TillEvent>>;

/** A store of events and the place of the view. */
export interface ViewKind {
  readonly name: string;
  /** Empty stores. */
  begin(): { readonly storage: Storage; readonly place: ViewPlace };
}

/** Where the sums are kept. */
export interface ViewPlace {
  /** @param before called with each sale before it is counted: it may throw */
  define(options?: Options, before?: (sale: Sold, offset: number) => void): ProjectionDefinition;
  sums(running: RunningProjection): Promise<Record<string, number>>;
}

const inEntries: ViewPlace = {
  define: (options, before) =>
    projection({
      name: "sums",
      source: sales,
      ...options,
      handlers: {
        async Sold({ event, offset }, view) {
          before?.(event, offset);
          await view.update<number>(event.sku, (sum = 0) => sum + event.n);
        },
      },
    }),
  async sums({ view }) {
    const sums: Record<string, number> = {};
    for await (const [sku, sum] of view.entries<number>()) sums[sku] = sum;
    return sums;
  },
};

/** Sums in a table. */
export function inTables(store: SqliteViews): ViewPlace {
  return {
    define: (options, before) =>
      sqlProjection({
        name: "sums",
        source: sales,
        ...options,
        store,
        schema: (sql) => sql.run(`CREATE TABLE ${sql.table("sums")} (sku TEXT PRIMARY KEY, n INTEGER)`),
        handlers: {
          Sold({ event, offset }, sql) {
            before?.(event, offset);
            const insert = `INSERT INTO ${sql.table("sums")} VALUES (?, ?) ON CONFLICT (sku) DO UPDATE SET n = n + excluded.n`;
            sql.run(insert, event.sku, event.n);
          },
        },
      }),
    sums: async () => {
      const rows = store.db.prepare("SELECT sku, n FROM sums ORDER BY sku").all() as { sku: string; n: number }[];
      return Object.fromEntries(rows.map(({ sku, n }) => [sku, n]));
    },
  };
}

/** Declares the same tests once for each kind. */
export function onEveryKind(declare: (begin: ViewKind["begin"]) => void): void {
  describe("in memory", () => declare(() => ({ storage: memoryStorage(), place: inEntries })));
  describe("in the LevelDB store", () => {
    const folder = temporaryFolder();
    let stores = 0;
    declare(() => ({ storage: levelStorage(join(folder, String(++stores))), place: inEntries }));
  });
  describe("in SQLite", () => {
    const folder = temporaryFolder();
    const opened: SqliteViews[] = [];
    after(() => {
      for (const views of opened) views.close();
    });
    declare(() => {
      const views = sqliteViews(join(folder, `${opened.length}.db`));
      opened.push(views);
      return { storage: memoryStorage(), place: inTables(views) };
    });
  });
}
