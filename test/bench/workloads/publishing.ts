/** Events that are published on the event stream and not stored: what the stream takes by itself. */
import { ActorSystem } from "rekindle";
import { itemAdded } from "../bench-cart.ts";
import type { Figures } from "../figures.ts";
import { type Budget, closedLoop, inBatches, ratesOf, warmUp } from "../measure.ts";
import { whileProfiled } from "../profiler.ts";
import { subscribeAll } from "../subscribe-all.ts";

export interface Publishing {
  readonly subscribers: number;
  /** Published at once; then all of them are awaited. */
  readonly burst: number;
  /** Of events. */
  readonly budget: Budget;
}

export async function publishing({ subscribers, burst, budget }: Publishing): Promise<Figures> {
  const system = await ActorSystem.create("bench");
  const inbox = subscribeAll(system, subscribers);
  const bursts = inBatches(budget, burst);
  let published = 0;
  const publish = (): Promise<void> => {
    for (let left = burst; left > 0; left--) system.eventStream.publish(itemAdded(++published));
    return inbox.filledUp(published * subscribers);
  };
  await closedLoop(warmUp(bursts), 1, publish);
  const rates = ratesOf(await whileProfiled(() => closedLoop(bursts, 1, publish)), burst);
  await system.terminate();
  return { ...rates, deliveriesPerSecond: rates.perSecond * subscribers };
}
