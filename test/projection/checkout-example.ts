import { type Command, type EventSourcedDefinition, eventSourced } from "rekindle";
import { CommandRejectedError, eventsOf, type ProjectionDefinition, processManager } from "rekindle/projection";

type Line = { sku: string; quantity: number };

type OrderCommand =
  | Command<"Place", { lines: Line[]; customer: string; amount: number }, "placed">
  | Command<"Confirm">
  | Command<"Cancel", { reason: string }>
  | Command<"Status", {}, string>;
type OrderEvent =
  | { type: "Placed"; orderId: string; lines: Line[]; customer: string; amount: number }
  | { type: "Confirmed" }
  | { type: "Cancelled"; reason: string };

export const order: EventSourcedDefinition<OrderCommand, OrderEvent, string> = eventSourced<
  OrderCommand,
  OrderEvent,
  string
>({
  entityType: "order",
  emptyState: "new",
  commandHandler(status, command, { effect, entityId }) {
    switch (command.type) {
      case "Place": {
        const { lines, customer, amount } = command;
        return effect
          .persist({ type: "Placed", orderId: entityId, lines, customer, amount })
          .thenReply(command, () => "placed");
      }
      case "Confirm":
        return effect.persist({ type: "Confirmed" });
      case "Cancel":
        return effect.persist({ type: "Cancelled", reason: command.reason });
      case "Status":
        return effect.reply(command, status);
    }
  },
  eventHandler: (_status, event) => (event.type === "Cancelled" ? `Cancelled: ${event.reason}` : event.type),
});

type StockCommand =
  | Command<"Deliver", { quantity: number }, number>
  | Command<"Reserve", { quantity: number }, number>
  | Command<"Release", { quantity: number }, number>;
type StockEvent = { type: "Moved"; by: number };

export class OutOfStock extends Error {}

export const stock: EventSourcedDefinition<StockCommand, StockEvent, number> = eventSourced<
  StockCommand,
  StockEvent,
  number
>({
  entityType: "stock",
  emptyState: 0,
  commandHandler(left, command, { effect, entityId }) {
    const by = command.type === "Reserve" ? -command.quantity : command.quantity;
    if (left + by < 0) return effect.reject(command, new OutOfStock(`only ${left} of ${entityId} are left`));
    return effect.persist({ type: "Moved", by }).thenReply(command, (state) => state);
  },
  eventHandler: (left, { by }) => left + by,
});

type AccountCommand = Command<"Charge", { amount: number }, number>;
type AccountEvent = { type: "Charged"; amount: number };

export class LimitExceeded extends Error {}

export const account: EventSourcedDefinition<AccountCommand, AccountEvent, number> = eventSourced<
  AccountCommand,
  AccountEvent,
  number
>({
  entityType: "account",
  emptyState: 0,
  commandHandler(charged, command, { effect }) {
    if (charged + command.amount > 1_000) return effect.reject(command, new LimitExceeded("more than 1,000"));
    return effect.persist({ type: "Charged", amount: command.amount }).thenReply(command, (state) => state);
  },
  eventHandler: (charged, { amount }) => charged + amount,
});

export const checkout: ProjectionDefinition = processManager({
  name: "checkout",
  source: eventsOf(order),
  async handler({ event }, { ask }) {
    if (event.type !== "Placed") return;
    const { orderId, lines, customer, amount } = event;
    const reserved: Line[] = [];
    try {
      for (const line of lines) {
        await ask(stock, line.sku, { type: "Reserve", quantity: line.quantity });
        reserved.push(line);
      }
      await ask(account, customer, { type: "Charge", amount });
    } catch (error) {
      if (!(error instanceof CommandRejectedError)) throw error;
      for (const { sku, quantity } of reserved) await ask(stock, sku, { type: "Release", quantity });
      await ask(order, orderId, { type: "Cancel", reason: error.rejection });
      return;
    }
    await ask(order, orderId, { type: "Confirm" });
  },
});
