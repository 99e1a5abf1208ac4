/** Numbers as people read them. */

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** An amount of won, which has no smaller unit: ₩12,500. */
export function won(amount: number): string {
  return `₩${grouped.format(amount === 0 ? 0 : amount)}`;
}

/** A number of things: `1 event`, `1,200 events`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped.format(number)} ${number === 1 ? one : many}`;
}
