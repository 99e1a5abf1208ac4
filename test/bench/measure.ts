/** Timing: rates, rounds that alternate, medians. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How fast `work` did `count` things. */
export async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (count * 1_000) / (performance.now() - start);
}

/** A fresh folder for one measurement, removed afterwards. */
export async function inFreshFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "rekindle-bench-"));
  try {
    return await work(join(folder, "store"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `total` calls of `once`, `inFlight` of them at any time. */
export async function closedLoop(
  total: number,
  inFlight: number,
  once: (n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < total) await once(next++);
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, total) }, client));
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
