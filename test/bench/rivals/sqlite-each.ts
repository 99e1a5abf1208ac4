/** The carts on SQLite, one transaction for each command. */
import type { Carts } from "../carts.ts";
import { Aggregates } from "./aggregates.ts";
import { openEventTable } from "./sqlite.ts";

export async function sqliteEach(folder: string): Promise<Carts> {
  const table = openEventTable(folder);
  const carts = new Aggregates(table.load);
  const add = async (id: string): Promise<number> => {
    const { event, items } = carts.addItem(id);
    table.insert(id, items, event);
    return items;
  };
  return {
    cart: (id) => ({ addItem: () => add(id), count: async () => carts.get(id).items }),
    close: async () => table.close(),
  };
}
