/** The read models as tables on the screen: plain SQL on what the projections keep. */
import type { SqliteViews } from "rekindle/sqlite";
import { count, won } from "./amounts.ts";
import { left, right } from "./columns.ts";

/** So many rows of each are listed; the others are counted. */
const rowsListedMax = 5;

interface Table {
  readonly head: readonly [string, string, string];
  /** Rows of label, number and, where `money` says so, amount, the first of them first. */
  readonly sql: string;
  readonly show: (amount: number) => string;
  readonly more: (rows: number) => string;
}

interface Row {
  readonly label: string;
  readonly number: number;
  readonly amount: number;
}

const tables: readonly Table[] = [
  {
    head: ["popular items", "carts", "pieces"],
    sql: `SELECT sku AS label, COUNT(*) AS number, SUM(pieces) AS amount FROM popular_items
      GROUP BY sku ORDER BY amount DESC, label`,
    show: String,
    more: (rows) => count(rows, "more item"),
  },
  {
    head: ["sales per hour (UTC)", "carts", "total"],
    sql: "SELECT hour || ':00' AS label, carts AS number, total AS amount FROM sales_per_hour ORDER BY hour DESC",
    show: won,
    more: (rows) => count(rows, "earlier hour"),
  },
  {
    head: ["open carts", "items", "total"],
    sql: "SELECT cart AS label, items AS number, total AS amount FROM open_carts ORDER BY amount DESC, label",
    show: won,
    more: (rows) => count(rows, "more cart"),
  },
];

/** The lines of all tables, an empty one before each. */
export function tablesOf({ db }: Pick<SqliteViews, "db">): readonly string[] {
  return tables.flatMap(({ head, sql, show, more }) => {
    const rows = db.prepare(sql).all() as readonly Row[];
    const listed = rows
      .slice(0, rowsListedMax)
      .map(({ label, number, amount }) => line(label, String(number), show(amount)));
    if (rows.length === 0) listed.push("  none");
    if (rows.length > rowsListedMax) listed.push(`  … and ${more(rows.length - rowsListedMax)}`);
    return ["", line(...head), ...listed];
  });
}

function line(label: string, number: string, amount: string): string {
  return `  ${left(label, 46)} ${right(number, 12)} ${right(amount, 16)}`;
}
