import { ActorSystem, type Command, type EventSourcedDefinition, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";
import { eventsOf, type ProjectionDefinition, projection, runProjection, sqlProjection } from "rekindle/projection";
import { sqliteViews } from "rekindle/sqlite";

type CartCommand = Command<"AddItem", { sku: string; quantity: number }, number>;
type CartEvent = { type: "ItemAdded"; sku: string; quantity: number };

export const cart: EventSourcedDefinition<CartCommand, CartEvent, number> = eventSourced<
  CartCommand,
  CartEvent,
  number
>({
  entityType: "cart",
  emptyState: 0,
  commandHandler: (_items, { type: _, ...item }, { effect }) =>
    effect.persist({ type: "ItemAdded", ...item }).thenReply({ type: "AddItem", ...item }, (items) => items),
  eventHandler: (items, event) => items + event.quantity,
});

/** How many of each were put into carts: entries in the storage of the events. */
export const popular: ProjectionDefinition = projection({
  name: "popular",
  source: eventsOf(cart),
  handlers: {
    async ItemAdded({ event }, view) {
      await view.update<number>(event.sku, (count = 0) => count + event.quantity);
    },
  },
});

/** The same as a table, for any tool that reads SQLite. */
export function popularTable(path: string): ProjectionDefinition {
  return sqlProjection({
    name: "popular",
    source: eventsOf(cart),
    store: sqliteViews(path),
    schema: (sql) => sql.run(`CREATE TABLE ${sql.table("popular")} (sku TEXT PRIMARY KEY, count INTEGER NOT NULL)`),
    handlers: {
      ItemAdded({ event }, sql) {
        const insert = `INSERT INTO ${sql.table("popular")} VALUES (?, ?)
          ON CONFLICT (sku) DO UPDATE SET count = count + excluded.count`;
        sql.run(insert, event.sku, event.quantity);
      },
    },
  });
}

export async function main(folder: string): Promise<number | undefined> {
  const system = await ActorSystem.create("shop", { storage: levelStorage(`${folder}/journal`) });
  const entries = runProjection(system, popular);
  const table = runProjection(system, popularTable(`${folder}/views.db`));

  const ref = system.entityRef(cart, "42");
  const { offset } = await ref.askWithOffset({ type: "AddItem", sku: "banana", quantity: 3 });
  await Promise.all([entries.waitFor(offset), table.waitFor(offset)]); // now both contain what was just written
  const count = await entries.view.get<number>("banana");

  await table.rebuild(); // from the first event on, while the old table goes on serving
  await system.terminate();
  return count;
}
