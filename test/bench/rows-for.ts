/** The rows that the options ask for. */
import type { BenchOptions } from "./bench-options.ts";
import type { Row } from "./rows/row.ts";
import { growingEntitiesOfAll, quickScale, wholeScale } from "./rows/scale.ts";
import { allRows, chosenRows } from "./rows.ts";

/** @throws TypeError when a row is not there */
export function rowsFor({ rows: ids, quick, full, rivals }: BenchOptions): readonly Row[] {
  const scale = quick ? quickScale : wholeScale;
  const all = allRows(full ? { ...scale, growingEntities: growingEntitiesOfAll } : scale);
  const chosen = ids ? chosenRows(all, ids) : all;
  return rivals
    ? chosen
    : chosen.map((row) => ({ ...row, subjects: row.subjects.filter(({ role }) => role !== "rival") }));
}
