/** Which checkout a life has, and where it is killed. */
import type { CartCommand } from "#src/demo/cart.js";

/** What becomes of a checkout when nobody disturbs it. */
export const kinds = ["paid", "short of stock", "refused by the card", "reopened by the customer"] as const;

/** No checkout takes more writes: events, recorded outcomes, and the place of the process. */
export const stepsMax = 20;

/** One life of the shop. */
export interface CheckoutPlan {
  readonly cart: string;
  readonly kind: (typeof kinds)[number];
  /** The write at which it is killed, from 1. */
  readonly step: number;
  /** Only the events of this persistence id are counted; without it all writes, recorded outcomes and places included. */
  readonly of?: string;
  /** Before the write is carried out, or when it is durable. */
  readonly death: "before" | "after";
  /** The writes are counted from its beginning, when it goes on with the checkout before it; otherwise from its own checkout on. */
  readonly again: boolean;
}

/** A life of so many goes on with what the one before it has left, and is killed at that. */
const againEvery = 5;

/** Every kind at every step, before and after it is durable, in `kinds.length * stepsMax * 2` lives and a quarter; then begun anew. */
export function planOf(life: number): CheckoutPlan {
  const again = life % againEvery === againEvery - 1;
  const before = Math.floor(life / againEvery);
  const point = again ? before : life - before;
  const kind = kinds[point % kinds.length] ?? "paid";
  const death = Math.floor(point / kinds.length) % 2 === 0 ? "after" : "before";
  const step = 1 + (Math.floor(point / (kinds.length * 2)) % stepsMax);
  return { cart: `c${life}`, kind, step, death, again };
}

/** What is put into the cart: shelves of its own, two of them. */
export function itemsOf({ cart, kind }: CheckoutPlan): readonly Extract<CartCommand, { type: "AddItem" }>[] {
  const price = kind === "refused by the card" ? 9_000_000 : 500;
  return [
    { type: "AddItem", sku: `tea of ${cart}`, quantity: 2, price },
    { type: "AddItem", sku: `soap of ${cart}`, quantity: kind === "short of stock" ? 60 : 3, price },
  ];
}
