/** What a cart has been through, and what that makes of it. */

/** Something happened to a cart. Prices are whole numbers of the smallest unit of the currency. */
export type CartEvent =
  | { readonly type: "ItemAdded"; readonly sku: string; readonly quantity: number; readonly price: number }
  | { readonly type: "QuantityChanged"; readonly sku: string; readonly quantity: number }
  | { readonly type: "ItemRemoved"; readonly sku: string }
  | PriceCorrected
  | { readonly type: "CheckedOut"; readonly total: number }
  | { readonly type: "Paid"; readonly total: number }
  | { readonly type: "Reopened"; readonly reason: string };

/** A price was wrong. The event that says so stays, and this one follows. */
interface PriceCorrected {
  readonly type: "PriceCorrected";
  readonly sku: string;
  readonly price: number;
  readonly was: number;
  readonly reason: string;
}

/** One kind of thing in a cart. */
export interface CartLine {
  readonly sku: string;
  readonly quantity: number;
  /** Of one piece. */
  readonly price: number;
}

/** A cart. The lines are a list, in the order of their first addition: a sku is any text, so it is no safe key of an object. */
export interface CartState {
  readonly lines: readonly CartLine[];
  readonly total: number;
  /** Nothing in it changes any more, unless it is reopened. */
  readonly checkedOut: boolean;
  readonly paid: boolean;
  /** The number of the last event. */
  readonly revision: number;
}

/** A cart that nobody has put anything into yet. */
export const emptyCart: CartState = { lines: [], total: 0, checkedOut: false, paid: false, revision: 0 };

/** The cart after its event number `revision`. */
export function afterEvent(state: CartState, event: CartEvent, revision: number): CartState {
  switch (event.type) {
    case "ItemAdded":
      return withLines(state, added(state.lines, event), revision);
    case "QuantityChanged": {
      const { sku, quantity } = event;
      const lines = state.lines.map((line) => (line.sku === sku ? { ...line, quantity } : line));
      return withLines(state, lines, revision);
    }
    case "ItemRemoved":
      return withLines(
        state,
        state.lines.filter(({ sku }) => sku !== event.sku),
        revision,
      );
    case "PriceCorrected": {
      const { sku, price } = event;
      const lines = state.lines.map((line) => (line.sku === sku ? { ...line, price } : line));
      return withLines(state, lines, revision);
    }
    case "CheckedOut":
      return { ...state, checkedOut: true, revision };
    case "Paid":
      return { ...state, paid: true, revision };
    case "Reopened":
      return { ...state, checkedOut: false, revision };
  }
}

/** The line of a sku, if the cart has one. */
export function lineOf(state: CartState, sku: string): CartLine | undefined {
  return state.lines.find((line) => line.sku === sku);
}

/** How a cart stands, in words. */
export function statusOf({ checkedOut, paid }: Pick<CartState, "checkedOut" | "paid">): string {
  if (paid) return "paid";
  return checkedOut ? "checked out" : "open";
}

/** More of the same makes the line longer, and the newest price holds for all of it. */
function added(lines: readonly CartLine[], { sku, quantity, price }: CartLine): readonly CartLine[] {
  if (!lines.some((line) => line.sku === sku)) return [...lines, { sku, quantity, price }];
  return lines.map((line) => (line.sku === sku ? { sku, quantity: line.quantity + quantity, price } : line));
}

function withLines(state: CartState, lines: readonly CartLine[], revision: number): CartState {
  const total = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  return { ...state, lines, total, revision };
}
