/** The payments of the shop: an entity for each cart. */
import { type Command, type EventSourcedDefinition, eventSourced } from "rekindle";

/** What can be asked of the payment of a cart. Both answer with what is charged now. */
export type PaymentCommand =
  | Command<"Charge", { readonly amount: number }, number>
  | Command<"Refund", { readonly amount: number }, number>;

/** Money went one way or the other. */
export type PaymentEvent =
  | { readonly type: "Charged"; readonly amount: number }
  | { readonly type: "Refunded"; readonly amount: number };

/** The card pays no more than this for one cart. */
export const paymentMax = 10_000_000;

/** The card does not pay so much. */
export class PaymentRefusedError extends Error {
  readonly code = "PAYMENT_REFUSED";

  constructor(amount: number) {
    super(`the card pays ${paymentMax} at the most, not ${amount}`);
  }
}

/** The payment of a cart; its state is what is charged. */
export const payment: EventSourcedDefinition<PaymentCommand, PaymentEvent, number> = eventSourced<
  PaymentCommand,
  PaymentEvent,
  number
>({
  entityType: "payment",
  emptyState: 0,
  commandHandler(charged, command, { effect }) {
    const { type, amount } = command;
    switch (type) {
      case "Charge":
        if (charged + amount > paymentMax) return effect.reject(command, new PaymentRefusedError(charged + amount));
        return effect.persist({ type: "Charged", amount }).thenReply(command, (now) => now);
      case "Refund":
        return effect.persist({ type: "Refunded", amount }).thenReply(command, (now) => now);
    }
  },
  eventHandler: (charged, { type, amount }) => (type === "Charged" ? charged + amount : charged - amount),
});
