/** The shelves of the shop: an entity for each sku. */
import { type Command, type EventSourcedDefinition, eventSourced } from "rekindle";

/** What can be asked of a shelf. Both answer with how many pieces are left. */
export type StockCommand =
  | Command<"Reserve", { readonly quantity: number }, number>
  | Command<"Release", { readonly quantity: number }, number>;

/** What happens to a shelf. */
export type StockEvent =
  | { readonly type: "Reserved"; readonly quantity: number }
  | { readonly type: "Released"; readonly quantity: number };

/** So many pieces lie on every shelf at first. */
export const shelfPieces = 50;

/** There are not so many pieces. */
export class OutOfStockError extends Error {
  readonly code = "OUT_OF_STOCK";

  constructor(sku: string, quantity: number, left: number) {
    super(`of ${quantity} ${sku} there are ${left}`);
  }
}

/** A shelf; its state is how many pieces are left. */
export const stock: EventSourcedDefinition<StockCommand, StockEvent, number> = eventSourced<
  StockCommand,
  StockEvent,
  number
>({
  entityType: "stock",
  emptyState: shelfPieces,
  commandHandler(left, command, { effect, entityId }) {
    const { type, quantity } = command;
    switch (type) {
      case "Reserve":
        if (quantity > left) return effect.reject(command, new OutOfStockError(entityId, quantity, left));
        return effect.persist({ type: "Reserved", quantity }).thenReply(command, (now) => now);
      case "Release":
        return effect.persist({ type: "Released", quantity }).thenReply(command, (now) => now);
    }
  },
  eventHandler: (left, { type, quantity }) => (type === "Reserved" ? left - quantity : left + quantity),
  snapshots: { every: 100, keep: 2 },
});
