import {
  type ActorSystem,
  type Command,
  type EventEnvelope,
  type EventSourcedDefinition,
  eventSourced,
  VersionConflictError,
} from "rekindle";

type StockCommand = Command<"Take", { quantity: number }, number> | Command<"GetStock", object, number>;
type StockEvent = { type: "Restocked"; quantity: number } | { type: "Taken"; quantity: number };

export const stock: EventSourcedDefinition<StockCommand, StockEvent, number> = eventSourced<
  StockCommand,
  StockEvent,
  number
>({
  entityType: "stock",
  emptyState: 0,
  commandHandler: (left, command, { effect }) =>
    command.type === "Take"
      ? effect.persist({ type: "Taken", quantity: command.quantity }).thenReply(command, (now) => now)
      : effect.reply(command, left),
  eventHandler: (left, { type, quantity }) => (type === "Taken" ? left - quantity : left + quantity),
});

/** Reacts to the arrival of a delivery, which may be told more than once, while orders go on taking from the same stock. */
export async function restock(
  { eventStore }: ActorSystem,
  sku: string,
  arrival: EventEnvelope<{ quantity: number }>,
): Promise<number> {
  for (;;) {
    const { state, version } = await eventStore.find(stock, sku);
    const { quantity } = arrival.event;
    const options = { triggeringEvent: arrival };
    try {
      const { repeated } = await eventStore.update(stock, sku, version, [{ type: "Restocked", quantity }], options);
      return repeated ? state : state + quantity;
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
    }
  }
}
