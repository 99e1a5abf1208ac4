/** Timing: what is done at most, in what time, and what is in the middle. */
import process from "node:process";
import type { Figures } from "./figures.ts";

/** When a workload ends: after so many calls, or after that time. */
export interface Budget {
  readonly calls: number;
  readonly timeMs: number;
  /** Before what is measured, for a second at most. Default: a tenth of the calls. */
  readonly warmUpCalls?: number;
}

/** What a closed loop did. */
export interface LoopResult {
  readonly calls: number;
  readonly elapsedMs: number;
  /** Of all threads of this process: a busy machine moves it less than the time that passed. */
  readonly cpuMs: number;
}

/** How long some work takes, on the clock and on the processors. */
export class Stopwatch {
  readonly #start = performance.now();
  readonly #cpu = process.cpuUsage();

  /** @param calls what was done meanwhile */
  read(calls: number): LoopResult {
    const { user, system } = process.cpuUsage(this.#cpu);
    return { calls, elapsedMs: performance.now() - this.#start, cpuMs: (user + system) / usPerMs };
  }
}

const usPerMs = 1_000;
const msPerSecond = 1_000;

const warmUpShare = 0.1;
const warmUpMsMax = 1_000;

/** What goes before the measured part, on the same store: what is measured has been compiled. */
export function warmUp({ calls, warmUpCalls = Math.ceil(calls * warmUpShare) }: Budget): Budget {
  return { calls: warmUpCalls, timeMs: warmUpMsMax };
}

/** The same work in calls that each do so much of it. */
export function inBatches({ calls, timeMs, warmUpCalls }: Budget, each: number): Budget {
  const batches = { calls: Math.ceil(calls / each), timeMs };
  return warmUpCalls === undefined ? batches : { ...batches, warmUpCalls: Math.ceil(warmUpCalls / each) };
}

/** The clock is asked once in so many calls. */
const callsPerLook = 16;

/** Calls `once` with 0, 1, 2 …, `inFlight` of them at any time, as long as the budget lasts. */
export async function closedLoop(
  { calls, timeMs }: Budget,
  inFlight: number,
  once: (n: number) => Promise<unknown>,
): Promise<LoopResult> {
  const watch = new Stopwatch();
  const start = performance.now();
  let next = 0;
  let end = calls;
  const client = async (): Promise<void> => {
    while (next < end) {
      const n = next++;
      if (n % callsPerLook === 0 && performance.now() - start > timeMs) end = Math.min(end, next);
      await once(n);
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, calls) }, client));
  return watch.read(next);
}

/** What every workload tells of its loop. */
export interface Rates extends Figures {
  readonly perSecond: number;
  readonly calls: number;
  readonly cpuMicros: number;
}

/** @param each what one call did */
export function ratesOf(loop: LoopResult, each: number = 1): Rates {
  const calls = loop.calls * each;
  return { perSecond: (calls * msPerSecond) / loop.elapsedMs, calls, cpuMicros: (loop.cpuMs * usPerMs) / calls };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which `share` of the values lie, between neighbours in proportion. */
export function quantile(values: readonly number[] | Float64Array, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}
