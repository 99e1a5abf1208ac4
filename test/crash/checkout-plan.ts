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
  /** The write of the checkout at which it is killed, from 1; or, with `again`, the write of its life. */
  readonly step: number;
  readonly death: "before" | "after";
  /** The steps are those of going on with the checkout before. */
  readonly again: boolean;
}

/** Every kind at every step, before and after it is durable, in `kinds.length * stepsMax * 2` lives; then begun anew. */
export function planOf(life: number): CheckoutPlan {
  const kind = kinds[life % kinds.length] ?? "paid";
  const step = 1 + (Math.floor(life / (kinds.length * 2)) % stepsMax);
  const death = Math.floor(life / kinds.length) % 2 === 0 ? "after" : "before";
  // Not every life has a checkout that goes on: then it is killed at its own.
  return { cart: `c${life}`, kind, step, death, again: life % 5 === 4 };
}

/** What is put into the cart: shelves of its own, two of them. */
export function itemsOf({ cart, kind }: CheckoutPlan): readonly Extract<CartCommand, { type: "AddItem" }>[] {
  const price = kind === "refused by the card" ? 9_000_000 : 500;
  return [
    { type: "AddItem", sku: `tea of ${cart}`, quantity: 2, price },
    { type: "AddItem", sku: `soap of ${cart}`, quantity: kind === "short of stock" ? 60 : 3, price },
  ];
}
