/** A store that grows: is the end as fast as the beginning, and does memory stay as it is? */
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { allCarts, checkCarts } from "../carts.ts";
import type { Figures } from "../figures.ts";
import { mib } from "../heap.ts";
import { closedLoop, ratesOf, Stopwatch } from "../measure.ts";
import { type Subject, subjects } from "../subjects.ts";

export interface Growth {
  readonly subject: Subject;
  readonly carts: number;
  readonly eventsEach: number;
}

const inFlight = 4_096;
const parts = 10;

export async function growth({ subject, carts: count, eventsEach }: Growth, folder: string): Promise<Figures> {
  const open = subjects[subject];
  const store = await open(folder);
  const carts = allCarts(store, count);
  const calls = (count * eventsEach) / parts;
  const tenths: { readonly rate: number; readonly rssMib: number }[] = [];
  const watch = new Stopwatch();
  for (let part = 0; part < parts; part++) {
    const budget = { calls, timeMs: Number.POSITIVE_INFINITY };
    const loop = await closedLoop(budget, inFlight, async (n) => carts[n % count]?.addItem());
    tenths.push({ rate: ratesOf(loop).perSecond, rssMib: process.memoryUsage().rss / mib });
  }
  const whole = watch.read(calls * parts);
  await store.close();
  const bytes = await bytesIn(dirname(folder));
  await checkCarts(open, folder, new Array<number>(count).fill(eventsEach));
  const [first, second] = tenths;
  const last = tenths.at(-1);
  return {
    ...ratesOf(whole),
    firstTenth: first?.rate ?? Number.NaN,
    lastTenth: last?.rate ?? Number.NaN,
    rssEarlyMib: second?.rssMib ?? Number.NaN,
    rssLateMib: last?.rssMib ?? Number.NaN,
    bytesEach: bytes / whole.calls,
  };
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
