import { type Command, type EventSourcedDefinition, eventAt, eventSourced } from "rekindle";

export type CartCommand = Command<"Add", { sku: string; quantity: number }, number> | Command<"Lines", {}, CartState>;

// What is written today. The eventHandler knows nothing else.
export type CartEvent =
  | { type: "ItemAdded"; sku: string; quantity: number; price: { amount: number; currency: string } }
  | { type: "ItemRemoved"; sku: string }
  | { type: "CheckedOut"; at: string };

export type CartState = Record<string, number>;

// What was written once: a type for each version that a step should see precisely.
type ItemAddedV1 = { type: "ItemAdded"; item: string; price: number };
type ItemReplacedV1 = { type: "ItemReplaced"; old: string; new: string };

export const cart: EventSourcedDefinition<CartCommand, CartEvent, CartState> = eventSourced<
  CartCommand,
  CartEvent,
  CartState
>({
  entityType: "cart",
  emptyState: {},
  commandHandler(lines, command, { effect }) {
    switch (command.type) {
      case "Add": {
        const { sku, quantity } = command;
        const price = { amount: 100, currency: "KRW" };
        return effect
          .persist({ type: "ItemAdded", sku, quantity, price })
          .thenReply(command, (after) => after[sku] ?? 0);
      }
      case "Lines":
        return effect.reply(command, lines);
    }
  },
  eventHandler(lines, event) {
    switch (event.type) {
      case "ItemAdded":
        return { ...lines, [event.sku]: (lines[event.sku] ?? 0) + event.quantity };
      case "ItemRemoved": {
        const { [event.sku]: _, ...rest } = lines;
        return rest;
      }
      case "CheckedOut":
        return {};
    }
  },
  events: {
    ItemAdded: {
      version: 3,
      upcasters: {
        // 1 to 2: `item` became `sku`, and there may be more than one.
        1: ({ item, price }: ItemAddedV1) => ({ type: "ItemAdded", sku: item, quantity: 1, price }),
        // 2 to 3: prices got a currency.
        2: ({ price, ...event }) => ({ ...event, price: { amount: price, currency: "KRW" } }),
      },
    },
    ItemRemoved: {},
    CheckedOut: {},
    // Renamed: the old ones go on as CheckedOut version 1.
    Closed: { renamedTo: "CheckedOut" },
    // Split: one into two, of which the second enters its type at version 2.
    ItemReplaced: {
      retired: (event: ItemReplacedV1) => [
        { type: "ItemRemoved", sku: event.old },
        eventAt(2, { type: "ItemAdded", sku: event.new, quantity: 1, price: 0 }),
      ],
    },
    // Dropped: it means nothing any more.
    PageViewed: { retired: () => [] },
  },
  // The state was a list of lines once.
  snapshots: { every: 100, schemaVersion: 2 },
});
