/** What a cart refuses, and why. */

/** A refusal: the command was understood, nothing was stored, the cart goes on. */
export abstract class CartError extends Error {
  abstract readonly code: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/** The cart is checked out. */
export class CartClosedError extends CartError {
  readonly code = "CART_CLOSED";

  constructor() {
    super("the cart is checked out");
  }
}

/** There is nothing to check out. */
export class CartEmptyError extends CartError {
  readonly code = "CART_EMPTY";

  constructor() {
    super("the cart is empty");
  }
}

/** The cart holds as many different items as it can. */
export class CartFullError extends CartError {
  readonly code = "CART_FULL";
  readonly linesMax: number;

  constructor(linesMax: number) {
    super(`the cart holds ${linesMax} different items, and no more fit`);
    this.linesMax = linesMax;
  }
}

/** There is no such checkout to be confirmed or called off. */
export class CheckoutOverError extends CartError {
  readonly code = "CHECKOUT_OVER";

  constructor() {
    super("no such checkout of the cart is under way");
  }
}

/** The item is not in the cart. */
export class UnknownItemError extends CartError {
  readonly code = "UNKNOWN_ITEM";
  readonly sku: string;

  constructor(sku: string) {
    super(`there is no ${sku} in the cart`);
    this.sku = sku;
  }
}

/** The sku is no text, or an empty or overlong one. */
export class InvalidSkuError extends CartError {
  readonly code = "INVALID_SKU";

  constructor(sku: unknown, lengthMax: number) {
    super(`a sku is a text of 1 to ${lengthMax} characters, not ${inWords(sku)}`);
  }
}

/** The quantity is no whole number above 0. */
export class InvalidQuantityError extends CartError {
  readonly code = "INVALID_QUANTITY";

  constructor(quantity: unknown) {
    super(`a quantity is a whole number above 0, not ${inWords(quantity)}`);
  }
}

/** So many of one item are too many. */
export class QuantityLimitError extends CartError {
  readonly code = "QUANTITY_LIMIT";
  readonly quantityMax: number;

  constructor(quantity: number, quantityMax: number) {
    super(`${quantity} of one item are more than ${quantityMax}`);
    this.quantityMax = quantityMax;
  }
}

/** The price is no whole number, is below 0, or is out of all proportion. */
export class InvalidPriceError extends CartError {
  readonly code = "INVALID_PRICE";

  constructor(price: unknown, priceMax: number) {
    super(`a price is a whole number from 0 to ${priceMax}, not ${inWords(price)}`);
  }
}

/** What was done is to be explained, in a text of some length. */
export class InvalidReasonError extends CartError {
  readonly code = "INVALID_REASON";

  constructor(reason: unknown, lengthMax: number) {
    super(`a reason is a text of 1 to ${lengthMax} characters, not ${inWords(reason)}`);
  }
}

/** A value out of a script, as JSON of a bearable length. */
function inWords(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
