/** Durable events that go on to actors that have subscribed to the event stream. */
import { ActorSystem, actor } from "rekindle";
import { levelStorage } from "rekindle/level";
import { addItem, benchCart } from "../bench-cart.ts";
import { cartId, checkCarts, shareOf } from "../carts.ts";
import type { Figures } from "../figures.ts";
import { type Budget, closedLoop, ratesOf, Stopwatch, warmUp } from "../measure.ts";
import { whileProfiled } from "../profiler.ts";
import { askTimeoutMs, rekindleCarts } from "../rekindle-carts.ts";

export interface Subscribers {
  readonly subscribers: number;
  readonly entities: number;
  readonly inFlight: number;
  /** Of commands. */
  readonly budget: Budget;
}

const eventType = "ItemAdded";
const patienceMs = 60_000;

export async function subscribers(
  { subscribers: count, entities, inFlight, budget }: Subscribers,
  folder: string,
): Promise<Figures> {
  const system = await ActorSystem.create("bench", { storage: levelStorage(folder), askTimeoutMs });
  const refs = Array.from({ length: entities }, (_, n) => system.entityRef(benchCart, cartId(n, entities)));
  await Promise.all(refs.map((ref) => ref.ask({ type: "Count" })));
  const inbox = new Inbox();
  const behavior = actor<{ readonly type: string }, undefined>({
    initialState: undefined,
    receive: () => inbox.take(),
  });
  for (let n = 0; n < count; n++) system.eventStream.subscribe(system.spawn(behavior, `subscriber-${n}`), eventType);

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

/** Counts what all subscribers get. */
class Inbox {
  #taken = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #full: () => void = () => {};

  take(): undefined {
    this.#taken++;
    if (this.#taken === this.#wanted) this.#full();
  }

  /** Resolves when so many deliveries have come in all. */
  async filledUp(wanted: number): Promise<void> {
    if (this.#taken < wanted) {
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${this.#taken} of ${wanted} deliveries came`)), patienceMs);
        this.#wanted = wanted;
        this.#full = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
    if (this.#taken !== wanted) throw new Error(`${this.#taken} deliveries came instead of ${wanted}`);
  }
}
