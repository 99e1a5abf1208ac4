/** An event of a cart on one line. */
import { won } from "./amounts.ts";
import type { CartEvent } from "./cart-state.ts";
import { left, right } from "./columns.ts";

const labelColumns = 16;

export function eventText(event: CartEvent): string {
  const label = left(event.type, labelColumns);
  switch (event.type) {
    case "ItemAdded":
      return `${label} ${left(`${event.quantity} × ${event.sku}`, 26)} ${right(won(event.price), 14)}`;
    case "QuantityChanged":
      return `${label} ${event.quantity} × ${event.sku}`;
    case "ItemRemoved":
      return `${label} ${event.sku}`;
    case "PriceCorrected":
      return `${label} ${left(event.sku, 26)} ${right(won(event.price), 14)} instead of ${won(event.was)}: ${event.reason}`;
    case "CheckedOut":
    case "Paid":
      return `${label} ${right(won(event.total), 41)}`;
    case "Reopened":
      return `${label} ${event.reason}`;
  }
}
