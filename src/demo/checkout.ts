/** The checkout: a process over a cart, the shelves and the payment, which ends well or is taken back, wherever it is cut off. */
import { CommandRejectedError, eventsOf, type ProjectionDefinition, processManager } from "rekindle/projection";
import { cart } from "./cart.ts";
import { payment } from "./payment.ts";
import { stock } from "./stock.ts";

/** So many carts are checked out side by side. */
const slices = 16;

/** Each command has an id that follows from the event and from which command of it this is, so it is carried out once. */
export const checkout: ProjectionDefinition = processManager({
  name: "checkout",
  source: eventsOf(cart),
  slices,
  async handler({ entityId, sequenceNr, event }, { ask }) {
    if (event.type !== "CheckedOut") return;
    const { lines, revision } = await ask(cart, entityId, { type: "GetCart" });
    // It was reopened before anything was done.
    if (revision !== sequenceNr) return;
    const takeBack: (() => Promise<unknown>)[] = [];
    try {
      for (const { sku, quantity } of lines) {
        await ask(stock, sku, { type: "Reserve", quantity });
        takeBack.unshift(() => ask(stock, sku, { type: "Release", quantity }));
      }
      await ask(payment, entityId, { type: "Charge", amount: event.total });
      takeBack.unshift(() => ask(payment, entityId, { type: "Refund", amount: event.total }));
      await ask(cart, entityId, { type: "ConfirmCheckout", checkout: sequenceNr });
    } catch (error) {
      if (!(error instanceof CommandRejectedError)) throw error;
      for (const step of takeBack) await step();
      await ask(cart, entityId, { type: "ReopenCart", checkout: sequenceNr, reason: error.message });
    }
  },
});
