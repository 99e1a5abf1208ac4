/** Timing: what is done at most, in what time, and what is in the middle. */

/** When a workload ends: after so many calls, or after that time. */
export interface Budget {
  readonly calls: number;
  readonly timeMs: number;
}

/** What a closed loop did. */
export interface LoopResult {
  readonly calls: number;
  readonly elapsedMs: number;
}

const warmUpShare = 0.1;

/** What goes before the measured part, on the same store. */
export function warmUp({ calls, timeMs }: Budget): Budget {
  return { calls: Math.ceil(calls * warmUpShare), timeMs: timeMs * warmUpShare };
}

/** The clock is asked once in so many calls. */
const callsPerLook = 16;

/** Calls `once` with 0, 1, 2 …, `inFlight` of them at any time, as long as the budget lasts. */
export async function closedLoop(
  { calls, timeMs }: Budget,
  inFlight: number,
  once: (n: number) => Promise<unknown>,
): Promise<LoopResult> {
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
  return { calls: next, elapsedMs: performance.now() - start };
}

export function perSecond({ calls, elapsedMs }: LoopResult): number {
  return (calls * 1_000) / elapsedMs;
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
