import { ActorSystem, type Command, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";

type CartCommand = Command<"AddItem", { sku: string; quantity: number }, number> | Command<"Checkout", {}, "paid">;
type CartEvent = { type: "ItemAdded"; sku: string; quantity: number } | { type: "CheckedOut" };
type Cart = { items: Record<string, number>; open: boolean };

const cart = eventSourced<CartCommand, CartEvent, Cart>({
  entityType: "cart",
  emptyState: { items: {}, open: true },
  commandHandler(state, command, { effect }) {
    if (!state.open) return effect.reject(command, new Error("the cart is closed"));
    switch (command.type) {
      case "AddItem": {
        const { sku, quantity } = command;
        return effect
          .persist({ type: "ItemAdded", sku, quantity })
          .thenReply(command, (after) => after.items[sku] ?? 0);
      }
      case "Checkout":
        return effect.persist({ type: "CheckedOut" }).thenReply(command, () => "paid");
    }
  },
  eventHandler(state, event) {
    if (event.type === "CheckedOut") return { ...state, open: false };
    const quantity = (state.items[event.sku] ?? 0) + event.quantity;
    return { ...state, items: { ...state.items, [event.sku]: quantity } };
  },
});

const system = await ActorSystem.create("shop", { storage: levelStorage("data/journal") });
const ref = system.entityRef(cart, "42");
console.log(await ref.ask({ type: "AddItem", sku: "banana", quantity: 2 })); // 2; run it again, and it is 4
await system.terminate();
