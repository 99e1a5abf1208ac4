/** Durable events that go on to actors that have subscribed to the event stream. */
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { addItem, benchCart } from "../bench-cart.ts";
import { cartId, checkCarts, shareOf } from "../carts.ts";
import type { Figures } from "../figures.ts";
import { type Budget, closedLoop, ratesOf, Stopwatch, warmUp } from "../measure.ts";
import { whileProfiled } from "../profiler.ts";
import { askTimeoutMs, rekindleCarts } from "../rekindle-carts.ts";
import { subscribeAll } from "../subscribe-all.ts";

export interface Subscribers {
  readonly subscribers: number;
  readonly entities: number;
  readonly inFlight: number;
  /** Of commands. */
  readonly budget: Budget;
}

export async function subscribers(
  { subscribers: count, entities, inFlight, budget }: Subscribers,
  folder: string,
): Promise<Figures> {
  const system = await ActorSystem.create("bench", { storage: levelStorage(folder), askTimeoutMs });
  const refs = Array.from({ length: entities }, (_, n) => system.entityRef(benchCart, cartId(n, entities)));
  await Promise.all(refs.map((ref) => ref.ask({ type: "Count" })));
  const inbox = subscribeAll(system, count);

  const send = (n: number): Promise<unknown> | undefined => refs[n % entities]?.ask(addItem);
  const before = await closedLoop(warmUp(budget), inFlight, async (n) => send(n));
  await inbox.filledUp(before.calls * count);
  const watch = new Stopwatch();
  const loop = await whileProfiled(() => closedLoop(budget, inFlight, async (n) => send(n)));
  await inbox.filledUp((before.calls + loop.calls) * count);
  const rates = ratesOf(watch.read(loop.calls));
  await system.terminate();
  const expected = refs.map(
    (_, index) => shareOf(before.calls, entities, index) + shareOf(loop.calls, entities, index),
  );
  await checkCarts(rekindleCarts, folder, expected);
  return { ...rates, deliveriesPerSecond: rates.perSecond * count };
}
