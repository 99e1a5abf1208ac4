/** A row of the benchmark: a workload, everybody who does it in turn, and what is aimed at. */
import type { Trial } from "../workloads.ts";

export interface Row {
  readonly id: string;
  readonly title: string;
  /** What is shown of everybody. */
  readonly columns: readonly Column[];
  /** In the order in which they take turns. */
  readonly subjects: readonly RowSubject[];
  readonly targets: readonly Target[];
  /** Fewer rounds than asked for, where a round takes minutes. */
  readonly roundsMax?: number;
}

export interface Column {
  /** The name of the figure. */
  readonly figure: string;
  readonly unit: string;
  readonly digits: number;
}

export interface RowSubject {
  readonly name: string;
  readonly role: "ours" | "ceiling" | "rival";
  readonly trial: Trial;
  /** Fills the store that the trials of all rounds use; otherwise each has a fresh one. */
  readonly prepare?: Trial;
  /** Added to the environment of its process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** One figure of one subject. */
export interface Quantity {
  readonly subject: string;
  readonly figure: string;
}

/** What a figure should be at least or at most: times another one, or as it is when there is no other. */
export interface Target {
  readonly text: string;
  readonly of: Quantity;
  readonly against?: Quantity;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export const ratePerSecond: Column = { figure: "perSecond", unit: "commands/s", digits: 0 };
/** Of all threads, for one command: a busy machine moves it less than the rate. */
export const cpuTime: Column = { figure: "cpuMicros", unit: "µs of CPU each", digits: 2 };
export const medianLatency: Column = { figure: "p50Ms", unit: "ms, median", digits: 3 };
export const tailLatency: Column = { figure: "p99Ms", unit: "ms, 99 %", digits: 3 };

export const ours = "rekindle";

/** A figure of ours as it is. */
export function absolute(text: string, figure: string, bound: Pick<Target, "atLeast" | "atMost">): Target {
  return { text, of: { subject: ours, figure }, ...bound };
}

/** At least so many times as fast as another one. */
export function times(factor: number, subject: string, figure: string = ratePerSecond.figure): Target {
  return {
    text: `at least ${factor} × ${subject}`,
    of: { subject: ours, figure },
    against: { subject, figure },
    atLeast: factor,
  };
}
