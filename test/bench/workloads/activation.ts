/** New carts, each activated by its first durable command. */
import { cartId, checkCarts } from "../carts.ts";
import type { Figures } from "../figures.ts";
import { type Budget, closedLoop, ratesOf, warmUp } from "../measure.ts";
import { whileProfiled } from "../profiler.ts";
import { type Subject, subjects } from "../subjects.ts";

export interface Activation {
  readonly subject: Subject;
  readonly inFlight: number;
  readonly budget: Budget;
}

export async function activation({ subject, inFlight, budget }: Activation, folder: string): Promise<Figures> {
  const open = subjects[subject];
  const store = await open(folder);
  let made = 0;
  const begin = (): Promise<number> => store.cart(cartId(made++, Number.POSITIVE_INFINITY)).addItem();
  await closedLoop(warmUp(budget), inFlight, begin);
  const loop = await whileProfiled(() => closedLoop(budget, inFlight, begin));
  await store.close();
  await checkCarts(open, folder, new Array<number>(made).fill(1));
  return ratesOf(loop);
}
