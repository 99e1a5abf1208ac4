/** Recovery of carts from their events, all of them asked at once; the opening of the store is not counted. */
import { allCarts } from "../carts.ts";
import type { Figures } from "../figures.ts";
import { HeapPeak, heapBytes, mib } from "../heap.ts";
import { ratesOf, Stopwatch } from "../measure.ts";
import { whileProfiled } from "../profiler.ts";
import { subjects } from "../subjects.ts";
import type { FilledStore } from "./filled-store.ts";

export async function recovery({ subject, carts: count, eventsEach }: FilledStore, folder: string): Promise<Figures> {
  const store = await subjects[subject](folder);
  const carts = allCarts(store, count);
  const baseline = heapBytes();
  const peak = new HeapPeak();
  const watch = new Stopwatch();
  const counts = await whileProfiled(() => Promise.all(carts.map((cart) => cart.count())));
  const loop = watch.read(count * eventsEach);
  const peakBytes = peak.stop();
  await store.close();
  const short = counts.filter((items) => items !== eventsEach).length;
  if (short > 0) throw new Error(`${short} of ${count} carts did not recover their ${eventsEach} events`);
  return { ...ratesOf(loop), heapMib: (peakBytes - baseline) / mib };
}
