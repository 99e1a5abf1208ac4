/** Durable commands, so many in flight at any time, spread evenly over the carts. */
import { allCarts, type Cart, checkCarts, shareOf } from "../carts.ts";
import type { Figures } from "../figures.ts";
import { type Budget, closedLoop, quantile, ratesOf, warmUp } from "../measure.ts";
import { whileProfiled } from "../profiler.ts";
import { type Subject, subjects } from "../subjects.ts";

export interface DurableCommands {
  readonly subject: Subject;
  readonly carts: number;
  readonly inFlight: number;
  readonly budget: Budget;
}

/** Of many commands in flight the time of one in so many is taken: looking at the clock costs, too. */
const timedEvery = 8;

export async function durableCommands(
  { subject, carts: count, inFlight, budget }: DurableCommands,
  folder: string,
): Promise<Figures> {
  const open = subjects[subject];
  const store = await open(folder);
  const carts = allCarts(store, count);
  await Promise.all(carts.map((cart) => cart.count()));

  const latenciesMs: number[] = [];
  const every = inFlight === 1 ? 1 : timedEvery;
  const timed = async (cart: Cart): Promise<void> => {
    const start = performance.now();
    await cart.addItem();
    latenciesMs.push(performance.now() - start);
  };
  const add = (n: number): Promise<unknown> => {
    const cart = carts[n % count] as Cart;
    return n % every === 0 ? timed(cart) : cart.addItem();
  };
  const before = await closedLoop(warmUp(budget), inFlight, add);
  latenciesMs.length = 0;
  const loop = await whileProfiled(() => closedLoop(budget, inFlight, add));
  await store.close();
  // All of them were acknowledged, or the loop would have failed.
  const expected = carts.map((_, index) => shareOf(before.calls, count, index) + shareOf(loop.calls, count, index));
  await checkCarts(open, folder, expected);
  return {
    ...ratesOf(loop),
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  };
}
