/** Fills a store that later trials of the row recover from. */
import { allCarts, type Cart, cartId, checkCarts } from "../carts.ts";
import type { Figures } from "../figures.ts";
import { closedLoop } from "../measure.ts";
import { type Subject, subjects } from "../subjects.ts";

export interface FilledStore {
  readonly subject: Subject;
  readonly carts: number;
  readonly eventsEach: number;
}

const inFlight = 4_096;

export async function filledStore(
  { subject, carts: count, eventsEach }: FilledStore,
  folder: string,
): Promise<Figures> {
  const open = subjects[subject];
  const store = await open(folder);
  const calls = count * eventsEach;
  if (store.fill) for (let n = 0; n < count; n++) await store.fill(cartId(n, count), eventsEach);
  else await addItems(allCarts(store, count), calls);
  await store.close();
  await checkCarts(open, folder, new Array<number>(count).fill(eventsEach));
  return { calls };
}

async function addItems(carts: readonly Cart[], calls: number): Promise<void> {
  const budget = { calls, timeMs: Number.POSITIVE_INFINITY };
  await closedLoop(budget, inFlight, async (n) => carts[n % carts.length]?.addItem());
}
