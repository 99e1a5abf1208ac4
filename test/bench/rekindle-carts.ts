/** The carts as rekindle keeps them: actors over LevelDB. */
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { addItem, benchCart, snapshotCart } from "./bench-cart.ts";
import type { Carts } from "./carts.ts";

/** Longer than any workload: an ask that is late is a slow one, not an error. */
export const askTimeoutMs = 600_000;

export function rekindleCarts(folder: string): Promise<Carts> {
  return openCarts(folder, benchCart);
}

export function rekindleSnapshotCarts(folder: string): Promise<Carts> {
  return openCarts(folder, snapshotCart);
}

async function openCarts(folder: string, definition: typeof benchCart): Promise<Carts> {
  const system = await ActorSystem.create("bench", { storage: levelStorage(folder), askTimeoutMs });
  return systemCarts(system, definition);
}

/** Whatever the system keeps them in. */
export function systemCarts(system: ActorSystem, definition: typeof benchCart = benchCart): Carts {
  return {
    cart(id) {
      const ref = system.entityRef(definition, id);
      return { addItem: () => ref.ask(addItem), count: () => ref.ask({ type: "Count" }) };
    },
    close: () => system.terminate(),
  };
}
