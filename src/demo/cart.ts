/** The cart: an aggregate as a user of the library writes one. */
import { type Command, type EventSourcedDefinition, eventSourced } from "rekindle";
import {
  refuseClosed,
  refuseEmpty,
  refuseOver,
  refuseOverfull,
  refusePrice,
  refuseQuantity,
  refuseReason,
  refuseSku,
  refuseUnknownItem,
} from "./cart-rules.ts";
import { afterEvent, type CartEvent, type CartLine, type CartState, emptyCart, lineOf } from "./cart-state.ts";

/** What can be asked of a cart. */
export type CartCommand =
  | Command<"AddItem", { readonly sku: string; readonly quantity: number; readonly price: number }, CartSummary>
  | Command<"RemoveItem", { readonly sku: string }, CartSummary>
  | Command<"ChangeQuantity", { readonly sku: string; readonly quantity: number }, CartSummary>
  | Command<"CorrectPrice", { readonly sku: string; readonly price: number; readonly reason: string }, CartSummary>
  | Command<"Checkout", object, Receipt>
  | Command<"ConfirmCheckout", { readonly checkout: number }, CartSummary>
  | Command<"ReopenCart", { readonly checkout?: number; readonly reason: string }, CartSummary>
  | Command<"GetCart", object, CartSummary>
  | Command<"SaveSnapshot">;

/** A cart as its owner sees it. */
export interface CartSummary {
  readonly lines: readonly CartLine[];
  readonly total: number;
  readonly checkedOut: boolean;
  readonly paid: boolean;
  /** How many events the cart is made of. */
  readonly revision: number;
}

/** The answer to Checkout. */
interface Receipt {
  readonly total: number;
  /** See {@link CartSummary}. */
  readonly revision: number;
}

/** The cart. Its ids are any text, its prices whole numbers of the smallest unit of the currency. */
export const cart: EventSourcedDefinition<CartCommand, CartEvent, CartState> = eventSourced<
  CartCommand,
  CartEvent,
  CartState
>({
  entityType: "cart",
  emptyState: emptyCart,
  commandHandler(state, command, { effect }) {
    switch (command.type) {
      case "AddItem": {
        const { sku, quantity, price } = command;
        const refusal =
          refuseClosed(state) ??
          refuseSku(sku) ??
          refuseQuantity(quantity) ??
          refusePrice(price) ??
          refuseOverfull(state, sku, quantity);
        if (refusal) return effect.reject(command, refusal);
        return effect.persist({ type: "ItemAdded", sku, quantity, price }).thenReply(command, summary);
      }
      case "RemoveItem": {
        const { sku } = command;
        const refusal = refuseClosed(state) ?? refuseSku(sku) ?? refuseUnknownItem(state, sku);
        if (refusal) return effect.reject(command, refusal);
        return effect.persist({ type: "ItemRemoved", sku }).thenReply(command, summary);
      }
      case "ChangeQuantity": {
        const { sku, quantity } = command;
        const refusal =
          refuseClosed(state) ?? refuseSku(sku) ?? refuseQuantity(quantity) ?? refuseUnknownItem(state, sku);
        if (refusal) return effect.reject(command, refusal);
        if (lineOf(state, sku)?.quantity === quantity) return effect.reply(command, summary(state));
        return effect.persist({ type: "QuantityChanged", sku, quantity }).thenReply(command, summary);
      }
      case "CorrectPrice": {
        const { sku, price, reason } = command;
        const refusal =
          refuseClosed(state) ??
          refuseSku(sku) ??
          refusePrice(price) ??
          refuseReason(reason) ??
          refuseUnknownItem(state, sku);
        if (refusal) return effect.reject(command, refusal);
        const was = lineOf(state, sku)?.price ?? price;
        if (was === price) return effect.reply(command, summary(state));
        return effect.persist({ type: "PriceCorrected", sku, price, was, reason }).thenReply(command, summary);
      }
      case "Checkout": {
        const refusal = refuseClosed(state) ?? refuseEmpty(state);
        if (refusal) return effect.reject(command, refusal);
        return effect
          .persist({ type: "CheckedOut", total: state.total })
          .thenReply(command, ({ total, revision }) => ({ total, revision }));
      }
      case "ConfirmCheckout": {
        const refusal = refuseOver(state, command.checkout);
        if (refusal) return effect.reject(command, refusal);
        return effect.persist({ type: "Paid", total: state.total }).thenReply(command, summary);
      }
      case "ReopenCart": {
        const { reason, checkout = state.revision } = command;
        if (checkout !== state.revision) return effect.reply(command, summary(state));
        const refusal = refuseOver(state, checkout) ?? refuseReason(reason);
        if (refusal) return effect.reject(command, refusal);
        return effect.persist({ type: "Reopened", reason }).thenReply(command, summary);
      }
      case "GetCart":
        return effect.reply(command, summary(state));
      case "SaveSnapshot":
        return effect.snapshot();
      default:
        return effect.unhandled();
    }
  },
  eventHandler: (state, event, { sequenceNr }) => afterEvent(state, event, sequenceNr),
  snapshots: { every: 100, keep: 2, schemaVersion: 2 },
});

function summary({ lines, total, checkedOut, paid, revision }: CartState): CartSummary {
  return { lines, total, checkedOut, paid, revision };
}
