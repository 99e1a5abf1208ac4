/** Recovery of carts from their events, all of them asked at once; the opening of the store is not counted. */
import { allCarts } from "../carts.ts";
import type { Figures } from "../figures.ts";
import { HeapPeak, heapBytes, mib } from "../heap.ts";
import { perSecond } from "../measure.ts";
import { whileProfiled } from "../profiler.ts";
import { subjects } from "../subjects.ts";
import type { FilledStore } from "./filled-store.ts";

export async function recovery({ subject, carts: count, eventsEach }: FilledStore, folder: string): Promise<Figures> {
  const store = await subjects[subject](folder);
  const carts = allCarts(store, count);
  const baseline = heapBytes();
  const peak = new HeapPeak();
  const start = performance.now();
  const counts = await whileProfiled(() => Promise.all(carts.map((cart) => cart.count())));
  const elapsedMs = performance.now() - start;
  const peakBytes = peak.stop();
  await store.close();
  const short = counts.filter((items) => items !== eventsEach).length;
  if (short > 0) throw new Error(`${short} of ${count} carts did not recover their ${eventsEach} events`);
  const calls = count * eventsEach;
  return { perSecond: perSecond({ calls, elapsedMs }), calls, heapMib: (peakBytes - baseline) / mib };
}
