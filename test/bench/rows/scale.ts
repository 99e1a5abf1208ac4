/** How much is done in a round. */
import type { Budget } from "../measure.ts";

export interface Scale {
  /** Of everything that is counted: 1, or less for a quick look. */
  readonly share: number;
  /** Of a measured part that is not done earlier. */
  readonly timeMs: number;
  /** Of the row on growth, which grows by entities of 1,000 events. */
  readonly growingEntities: number;
}

export const wholeScale: Scale = { share: 1, timeMs: 3_000, growingEntities: 1_000 };
export const quickScale: Scale = { share: 0.1, timeMs: 500, growingEntities: 100 };

/** Of `--full`. */
export const growingEntitiesOfAll = 10_000;

/** A number of things, at least one. */
export function countOf({ share }: Scale, count: number): number {
  return Math.ceil(count * share);
}

/** @param warmUpCalls what goes before it, however little is measured. Default: a tenth of what is measured */
export function budgetOf(scale: Scale, calls: number, warmUpCalls?: number): Budget {
  const budget = { calls: countOf(scale, calls), timeMs: scale.timeMs };
  return warmUpCalls === undefined ? budget : { ...budget, warmUpCalls };
}
