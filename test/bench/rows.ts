/** The rows of the benchmark, in order. */
import { durableRows } from "./rows/durable-rows.ts";
import type { Row } from "./rows/row.ts";
import { ruleRows } from "./rows/rule-rows.ts";
import type { Scale } from "./rows/scale.ts";

export function allRows(scale: Scale): readonly Row[] {
  return [...durableRows(scale), ...ruleRows(scale)];
}
