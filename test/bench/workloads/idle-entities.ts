/** Entities that live and do nothing, and the same after their passivation. */
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { ManualClock } from "rekindle/testkit";
import { benchCart } from "../bench-cart.ts";
import { cartId } from "../carts.ts";
import type { Figures } from "../figures.ts";
import { heapBytes } from "../heap.ts";
import { closedLoop, ratesOf } from "../measure.ts";

export interface IdleEntities {
  readonly entities: number;
}

const inFlight = 1_024;
const passivateAfterMs = 120_000;
const kib = 1_024;
const settleMs = 200;
const patienceMs = 60_000;

export async function idleEntities({ entities }: IdleEntities, folder: string): Promise<Figures> {
  const clock = new ManualClock();
  const system = await ActorSystem.create("bench", { storage: levelStorage(folder), clock });
  const cart = { ...benchCart, options: { ...benchCart.options, passivateAfterMs } };
  const visit = async (n: number): Promise<void> => {
    const items = await system.entityRef(cart, cartId(n, entities)).ask({ type: "Count" });
    if (items !== 1) throw new Error(`${cartId(n, entities)} has ${items} events instead of one`);
  };
  const baseline = await settledHeapBytes();
  const loop = await closedLoop({ calls: entities, timeMs: Number.POSITIVE_INFINITY }, inFlight, visit);
  const active = await settledHeapBytes();
  let stopped = 0;
  const subscription = system.eventStream.asObservable().subscribe((event) => {
    if (event.type === "ActorStopped") stopped++;
  });
  clock.advance(passivateAfterMs + 1);
  for (const start = performance.now(); stopped < entities; await sleep(settleMs)) {
    if (performance.now() - start > patienceMs) throw new Error(`${stopped} of ${entities} entities were passivated`);
  }
  subscription.unsubscribe();
  const passive = await settledHeapBytes();
  await system.terminate();
  return {
    ...ratesOf(loop),
    kibEach: (active - baseline) / entities / kib,
    kibLeftEach: (passive - baseline) / entities / kib,
  };
}

/** What waits for a later turn of the event loop is let go first. */
async function settledHeapBytes(): Promise<number> {
  await sleep(settleMs);
  heapBytes();
  await sleep(settleMs);
  return heapBytes();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
