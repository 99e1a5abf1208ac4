/** The carts as rekindle keeps them: actors over LevelDB. */
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { addItem, benchCart } from "./bench-cart.ts";
import type { Carts } from "./carts.ts";

/** Longer than any workload: an ask that is late is a slow one, not an error. */
export const askTimeoutMs = 120_000;

export async function rekindleCarts(folder: string): Promise<Carts> {
  return systemCarts(await ActorSystem.create("bench", { storage: levelStorage(folder), askTimeoutMs }));
}

/** Whatever the system keeps them in. */
export function systemCarts(system: ActorSystem): Carts {
  return {
    cart(id) {
      const ref = system.entityRef(benchCart, id);
      return { addItem: () => ref.ask(addItem), count: () => ref.ask({ type: "Count" }) };
    },
    close: () => system.terminate(),
  };
}
