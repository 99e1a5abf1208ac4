/** What is measured of everybody: carts that take an item, durably, and come back from their events. */

/** One cart, which is recovered by its first use. */
export interface Cart {
  /** Resolves when the event is on the disk, with the number of items. */
  addItem(): Promise<number>;
  count(): Promise<number>;
}

/** A store of carts. */
export interface Carts {
  cart(id: string): Cart;
  /** Stores so many events of a new cart at once, where commands one by one would take minutes. */
  fill?(id: string, events: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenCarts = (folder: string) => Promise<Carts>;

/** The carts of a workload over so many of them. */
export function allCarts(carts: Carts, count: number): readonly Cart[] {
  return Array.from({ length: count }, (_, n) => carts.cart(cartId(n, count)));
}

/** A lone cart is called hot. */
export function cartId(n: number, count: number): string {
  return count === 1 ? "hot" : `cart-${n}`;
}

/** How many of so many calls in turn go to one of the carts. */
export function shareOf(calls: number, carts: number, index: number): number {
  return Math.floor(calls / carts) + (index < calls % carts ? 1 : 0);
}

/**
 * Opens the store again and compares each cart with the events it must have.
 *
 * @throws Error when an acknowledged event is not there, or one that nobody sent is
 */
export async function checkCarts(open: OpenCarts, folder: string, expected: readonly number[]): Promise<void> {
  const carts = await open(folder);
  try {
    const counts = await Promise.all(allCarts(carts, expected.length).map((cart) => cart.count()));
    for (const [n, stored] of counts.entries()) {
      if (stored === expected[n]) continue;
      const id = cartId(n, expected.length);
      throw new Error(`${id} has ${stored} events after reopening, ${expected[n]} were acknowledged`);
    }
  } finally {
    await carts.close();
  }
}
