/** The aggregate that is measured: a cart that takes items, its events about 120 bytes of JSON. */
import { type Command, type EventSourcedDefinition, eventSourced } from "rekindle";

/** Commands of the measured cart. */
export type BenchCommand =
  | Command<"AddItem", { sku: string; name: string; quantity: number; price: number }, number>
  | Command<"Count", object, number>;

/** Events of the measured cart. */
export type BenchEvent = { type: "ItemAdded"; sku: string; name: string; quantity: number; price: number; n: number };

/** How many items it has, and what they cost. */
export interface BenchState {
  readonly items: number;
  readonly total: number;
}

/** What every driver sends. */
export const addItem = {
  type: "AddItem",
  sku: "sku-000123",
  name: "Banana, ripe, from Ecuador",
  quantity: 1,
  price: 1200,
} as const;

/** The event of the `n`th item, as the cart makes it. */
export function itemAdded(n: number): BenchEvent {
  return {
    type: "ItemAdded",
    sku: addItem.sku,
    name: addItem.name,
    quantity: addItem.quantity,
    price: addItem.price,
    n,
  };
}

/** What every store of carts begins with. */
export const emptyBenchState: BenchState = { items: 0, total: 0 };

/** What an event does to a cart, with every rival. */
export function withItem(state: BenchState, event: BenchEvent): BenchState {
  return { items: state.items + 1, total: state.total + event.quantity * event.price };
}

export const benchCart: EventSourcedDefinition<BenchCommand, BenchEvent, BenchState> = eventSourced<
  BenchCommand,
  BenchEvent,
  BenchState
>({
  entityType: "cart",
  emptyState: emptyBenchState,
  commandHandler(state, command, { effect }) {
    switch (command.type) {
      case "AddItem": {
        const { sku, name, quantity, price } = command;
        return effect
          .persist({ type: "ItemAdded", sku, name, quantity, price, n: state.items + 1 })
          .thenReply(command, (after) => after.items);
      }
      case "Count":
        return effect.reply(command, state.items);
    }
  },
  eventHandler: withItem,
});

/** The same with snapshots. */
export const snapshotCart: typeof benchCart = eventSourced<BenchCommand, BenchEvent, BenchState>({
  ...benchCart.options,
  snapshots: { every: 500, keep: 2 },
});
