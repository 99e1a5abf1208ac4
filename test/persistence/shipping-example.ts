import { ActorSystem, type Command, type EventSourcedDefinition, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";

type OrderCommand =
  | Command<"Place", { sku: string }, "placed">
  | Command<"ConfirmDelivery", { deliveryId: string }>
  | Command<"Wake">;
type OrderEvent = { type: "Placed"; orderId: string; sku: string } | { type: "DeliveryConfirmed"; deliveryId: string };

export const order: EventSourcedDefinition<OrderCommand, OrderEvent, null> = eventSourced<
  OrderCommand,
  OrderEvent,
  null
>({
  entityType: "order",
  emptyState: null,
  commandHandler(_state, command, { effect, entityId }) {
    switch (command.type) {
      case "Place":
        return effect
          .persist({ type: "Placed", orderId: entityId, sku: command.sku })
          .thenReply(command, () => "placed");
      case "ConfirmDelivery":
        return effect.persist({ type: "DeliveryConfirmed", deliveryId: command.deliveryId });
      case "Wake":
        return effect.none();
    }
  },
  eventHandler: () => null,
  deliveries: {
    begins(event) {
      if (event.type !== "Placed") return [];
      const { orderId, sku } = event;
      return [{ to: "warehouse", message: (deliveryId) => ({ type: "Ship", deliveryId, orderId, sku }) }];
    },
    confirms: (event) => (event.type === "DeliveryConfirmed" ? [event.deliveryId] : []),
    destination: (to, system) => system.entityRef(warehouse, to),
    redeliverAfterMs: 1_000,
  },
});

type WarehouseCommand =
  | Command<"Ship", { deliveryId: string; orderId: string; sku: string }>
  | Command<"Shipped", {}, string[]>;
type WarehouseEvent = { type: "Shipped"; orderId: string; sku: string };

export const warehouse: EventSourcedDefinition<WarehouseCommand, WarehouseEvent, Record<string, string>> = eventSourced<
  WarehouseCommand,
  WarehouseEvent,
  Record<string, string>
>({
  entityType: "warehouse",
  emptyState: {},
  commandHandler(shipped, command, { effect, system }) {
    switch (command.type) {
      case "Ship": {
        const { deliveryId, orderId, sku } = command;
        const known = Object.hasOwn(shipped, orderId); // the same delivery may come again: ship once, confirm always
        const confirm = () => system.entityRef(order, orderId).tell({ type: "ConfirmDelivery", deliveryId });
        return (known ? effect.none() : effect.persist({ type: "Shipped", orderId, sku })).thenRun(confirm);
      }
      case "Shipped":
        return effect.reply(command, Object.keys(shipped));
    }
  },
  eventHandler: (shipped, { orderId, sku }) => ({ ...shipped, [orderId]: sku }),
});

export async function openShop(folder: string): Promise<ActorSystem> {
  const system = await ActorSystem.create("shop", { storage: levelStorage(folder) });
  // An order that is not awake delivers nothing: after a restart of the process, wake those that may have something left.
  for await (const id of system.readJournal.persistenceIds()) {
    if (id.startsWith("order|")) system.entityRef(order, id.slice("order|".length)).tell({ type: "Wake" });
  }
  return system;
}
