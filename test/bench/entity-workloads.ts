/** The workloads on the runtime itself; each checks its own result on the reopened store. */
import { ActorSystem, type EntityRef } from "rekindle";
import { levelStorage } from "rekindle/level";
import { addItem, type BenchCommand, benchCart } from "./bench-cart.js";
import { closedLoop, perSecond } from "./measure.js";

async function withSystem<T>(folder: string, work: (system: ActorSystem) => Promise<T>): Promise<T> {
  const system = await ActorSystem.create("bench", { storage: levelStorage(folder), askTimeoutMs: 60_000 });
  try {
    return await work(system);
  } finally {
    await system.terminate();
  }
}

function carts(system: ActorSystem, entities: number): readonly EntityRef<BenchCommand>[] {
  return Array.from({ length: entities }, (_, n) => system.entityRef(benchCart, entities === 1 ? "hot" : `cart-${n}`));
}

/** Durable commands per second: `inFlight` asks at any time, spread evenly over `entities` carts. */
export async function durableAsks(
  folder: string,
  commands: number,
  entities: number,
  inFlight: number,
): Promise<number> {
  const rate = await withSystem(folder, async (system) => {
    const refs = carts(system, entities);
    await Promise.all(refs.map((ref) => ref.ask({ type: "Count" })));
    return perSecond(commands, () =>
      closedLoop(commands, inFlight, async (n) => {
        const ref = refs[n % entities];
        if (ref) await ref.ask(addItem);
      }),
    );
  });
  await withSystem(folder, async (system) => {
    const counts = await Promise.all(carts(system, entities).map((ref) => ref.ask({ type: "Count" })));
    const stored = counts.reduce((sum, count) => sum + count, 0);
    if (stored !== commands) throw new Error(`${stored} of ${commands} events were there after reopening`);
  });
  return rate;
}

/** Events per second of one recovery without a snapshot, the opening of the store not counted. The folder must have been filled. */
export function recoveryRate(folder: string, events: number): Promise<number> {
  return withSystem(folder, async (system) =>
    perSecond(events, async () => {
      const count = await system.entityRef(benchCart, "hot").ask({ type: "Count" });
      if (count !== events) throw new Error(`recovered ${count} of ${events} events`);
    }),
  );
}
