/** Reads the entries of a view, a page at a time. */
import type { ViewEntry, ViewRange, ViewVersion } from "../storage/view-store.ts";
import type { Statements } from "./sqlite-tables.ts";

const pageLength = 256;

interface EntryRow {
  readonly key: string;
  readonly value: string;
}

export function* selectEntries(
  statements: Statements,
  { name, generation }: ViewVersion,
  range: ViewRange,
): Generator<readonly ViewEntry[], void, undefined> {
  const { gte, gt, lte, lt, reverse = false } = range;
  let left = range.limit ?? Number.POSITIVE_INFINITY;
  let last: string | undefined;
  while (left > 0) {
    const bounds: readonly (readonly [string, string | undefined])[] = [
      [">=", gte],
      [">", gt],
      ["<=", lte],
      ["<", lt],
      [reverse ? "<" : ">", last],
    ];
    const given = bounds.filter(([, bound]) => bound !== undefined);
    const conditions = given.map(([operator]) => ` AND key ${operator} ?`).join("");
    const order = `ORDER BY key ${reverse ? "DESC" : "ASC"} LIMIT ?`;
    const sql = `SELECT key, value FROM rekindle_entries WHERE view = ? AND generation = ?${conditions} ${order}`;
    const values = given.map(([, bound]) => bound);
    const count = Math.min(pageLength, left);
    const rows = statements.get(sql).all(name, generation, ...values, count) as EntryRow[];
    if (rows.length === 0) return;
    yield rows.map(({ key, value }) => [key, JSON.parse(value)]);
    left -= rows.length;
    last = rows.at(-1)?.key;
    if (rows.length < count) return;
  }
}
