/** The rules of the shop: each check gives the refusal, or undefined when all is well. */
import {
  CartClosedError,
  CartEmptyError,
  type CartError,
  CartFullError,
  CheckoutOverError,
  InvalidPriceError,
  InvalidQuantityError,
  InvalidReasonError,
  InvalidSkuError,
  QuantityLimitError,
  UnknownItemError,
} from "./cart-error.ts";
import { type CartState, lineOf } from "./cart-state.ts";

/** How many different items one cart holds. */
export const linesMax = 100;

/** How many pieces of one item a cart holds. */
export const quantityMax = 10_000;

/** The highest price of one piece; with the limits above, every total is an exact number. */
export const priceMax = 1_000_000_000;

/** The longest sku, in UTF-16 code units. */
export const skuLengthMax = 100;

/** The longest reason, in UTF-16 code units. */
export const reasonLengthMax = 1_000;

export function refuseClosed(state: CartState): CartError | undefined {
  return state.checkedOut ? new CartClosedError() : undefined;
}

export function refuseEmpty(state: CartState): CartError | undefined {
  return state.lines.length === 0 ? new CartEmptyError() : undefined;
}

/** While a checkout is under way, its event is the last one of the cart. */
export function refuseOver(state: CartState, checkout: unknown): CartError | undefined {
  const underWay = state.checkedOut && !state.paid && state.revision === checkout;
  return underWay ? undefined : new CheckoutOverError();
}

export function refuseUnknownItem(state: CartState, sku: string): CartError | undefined {
  return lineOf(state, sku) ? undefined : new UnknownItemError(sku);
}

/** Commands come out of scripts: whatever their types say, a field can be anything. */
export function refuseSku(sku: unknown): CartError | undefined {
  return isText(sku, skuLengthMax) ? undefined : new InvalidSkuError(sku, skuLengthMax);
}

export function refuseReason(reason: unknown): CartError | undefined {
  return isText(reason, reasonLengthMax) ? undefined : new InvalidReasonError(reason, reasonLengthMax);
}

export function refuseQuantity(quantity: unknown): CartError | undefined {
  if (typeof quantity !== "number" || !Number.isInteger(quantity) || quantity < 1) {
    return new InvalidQuantityError(quantity);
  }
  return quantity > quantityMax ? new QuantityLimitError(quantity, quantityMax) : undefined;
}

export function refusePrice(price: unknown): CartError | undefined {
  const good = typeof price === "number" && Number.isInteger(price) && price >= 0 && price <= priceMax;
  return good ? undefined : new InvalidPriceError(price, priceMax);
}

/** For what has passed the checks of its parts. */
export function refuseOverfull(state: CartState, sku: string, quantity: number): CartError | undefined {
  const line = lineOf(state, sku);
  if (!line) return state.lines.length < linesMax ? undefined : new CartFullError(linesMax);
  return refuseQuantity(line.quantity + quantity);
}

function isText(value: unknown, lengthMax: number): boolean {
  return typeof value === "string" && value !== "" && value.length <= lengthMax && value.isWellFormed();
}
