/** How much is done in a round. */
import type { Budget } from "../measure.ts";

export interface Scale {
  /** Of everything that is counted: 1, or less for a quick look. */
  readonly share: number;
  /** Of a measured part that is not done earlier. */
  readonly timeMs: number;
}

export const wholeScale: Scale = { share: 1, timeMs: 3_000 };
export const quickScale: Scale = { share: 0.1, timeMs: 500 };

export function budgetOf({ share, timeMs }: Scale, calls: number): Budget {
  return { calls: Math.ceil(calls * share), timeMs };
}
