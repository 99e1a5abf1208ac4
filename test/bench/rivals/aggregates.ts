/** A map of aggregates, as one writes it by hand: each is loaded by its first use. */
import { type BenchEvent, type BenchState, itemAdded, withItem } from "../bench-cart.ts";

export class Aggregates {
  readonly #load: (id: string) => BenchState;
  readonly #states = new Map<string, BenchState>();

  constructor(load: (id: string) => BenchState) {
    this.#load = load;
  }

  get(id: string): BenchState {
    const known = this.#states.get(id);
    if (known) return known;
    const loaded = this.#load(id);
    this.#states.set(id, loaded);
    return loaded;
  }

  /** Decides and applies the next event, which is not stored yet. */
  addItem(id: string): { readonly event: BenchEvent; readonly items: number } {
    const before = this.get(id);
    const event = itemAdded(before.items + 1);
    const after = withItem(before, event);
    this.#states.set(id, after);
    return { event, items: after.items };
  }
}
