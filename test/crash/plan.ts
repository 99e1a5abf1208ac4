/** What a writer sends and when it is killed, drawn from a seed: the same seed is the same plan. */
import type { CartCommand } from "#src/demo/cart.js";

/** So many carts share the store. */
export const cartsMax = 24;

/** A writer that is not killed earlier stops after so many commands, and waits. */
export const commandsMax = 3_000;

/** When a writer is killed. */
export type Moment =
  | { readonly after: "answers"; readonly count: number }
  | { readonly after: "start"; readonly delayMs: number }
  | { readonly after: "recovery begins"; readonly delayMs: number }
  | { readonly after: "snapshot is asked for"; readonly count: number };

export interface PlannedCommand {
  readonly cart: string;
  readonly command: CartCommand;
}

/** The command number `n` of a round. */
export function commandOf(seed: number, round: number, n: number): PlannedCommand {
  const draw = dice(seed, round, n);
  const cart = `cart ${draw(cartsMax)}`;
  const sku = `item ${draw(8)}`;
  const kind = draw(100);
  if (kind < 3) return { cart, command: { type: "SaveSnapshot" } };
  if (kind < 13) return { cart, command: { type: "RemoveItem", sku } };
  if (kind < 25) return { cart, command: { type: "ChangeQuantity", sku, quantity: 1 + draw(9) } };
  return { cart, command: { type: "AddItem", sku, quantity: 1 + draw(3), price: draw(10_000) } };
}

/** The moment of a round; all kinds come in turn. */
export function momentOf(seed: number, round: number): Moment {
  const draw = dice(seed, round, -1);
  switch (round % 5) {
    case 0:
      return { after: "start", delayMs: draw(400) };
    case 1:
      return { after: "answers", count: 1 + draw(60) };
    case 2:
      return { after: "recovery begins", delayMs: draw(12) };
    case 3:
      return { after: "snapshot is asked for", count: 1 + draw(12) };
    default:
      return { after: "answers", count: 1 + draw(1_000) };
  }
}

export function momentInWords(moment: Moment): string {
  if ("count" in moment) return `after ${moment.after}: ${moment.count}`;
  return `after ${moment.after}: ${moment.delayMs} ms`;
}

/** Whole numbers from 0 to below a bound; mulberry32, seeded with all three numbers. */
export function dice(seed: number, round: number, n: number): (bound: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(round, 0x85ebca6b) ^ Math.imul(n, 0xc2b2ae35);
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
