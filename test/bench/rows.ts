/** The rows of the benchmark, in order. */
import { durableRows } from "./rows/durable-rows.ts";
import { entityRows } from "./rows/entity-rows.ts";
import { liveRows } from "./rows/live-rows.ts";
import { messagingRows } from "./rows/messaging-rows.ts";
import { projectionRows } from "./rows/projection-rows.ts";
import { recoveryRows } from "./rows/recovery-rows.ts";
import type { Row } from "./rows/row.ts";
import { ruleRows } from "./rows/rule-rows.ts";
import type { Scale } from "./rows/scale.ts";
import { scrubRows } from "./rows/scrub-rows.ts";
import { volumeRows } from "./rows/volume-rows.ts";

const makers: readonly ((scale: Scale) => Row[])[] = [
  durableRows,
  recoveryRows,
  entityRows,
  messagingRows,
  volumeRows,
  liveRows,
  ruleRows,
  scrubRows,
  projectionRows,
];

export function allRows(scale: Scale): readonly Row[] {
  return makers.flatMap((make) => make(scale));
}

/**
 * The rows that were asked for, in the order of the benchmark: `1b`, or `12` for 12a, 12b and 12c.
 *
 * @throws TypeError when one of them is not there
 */
export function chosenRows(rows: readonly Row[], ids: readonly string[]): readonly Row[] {
  const chosen = new Set<Row>();
  for (const id of ids) {
    const exact = rows.filter((row) => row.id === id);
    const meant = exact.length > 0 ? exact : rows.filter((row) => row.id.replace(/[a-z]$/, "") === id);
    if (meant.length === 0)
      throw new TypeError(`there is no row ${id}; there are ${rows.map((row) => row.id).join(", ")}`);
    for (const row of meant) chosen.add(row);
  }
  return rows.filter((row) => chosen.has(row));
}
