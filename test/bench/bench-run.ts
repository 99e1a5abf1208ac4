/** A run of the benchmark, as `--json` stores it. */
import type { Machine } from "./machine.ts";
import type { RowResult } from "./result.ts";

export interface BenchRun {
  /** What was typed after `npm run bench --`, without the name of this file. */
  readonly options: readonly string[];
  readonly startedAt: string;
  readonly rounds: number;
  /** 0: the disk as it is. */
  readonly flushDelayMs: number;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly RowResult[];
}

/** On a machine that others use, a share of a core is all that can be somebody else's without touching the figures. */
const idleLoadMax = 0.5;

/** Whether somebody else used the machine when the run began. */
export function wasBusy({ machine: { loadBefore } }: BenchRun): boolean {
  return loadBefore > idleLoadMax;
}
