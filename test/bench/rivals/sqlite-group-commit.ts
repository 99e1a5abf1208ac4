/** The carts by hand on SQLite: a map of aggregates, one transaction for each turn of the event loop. What a good engineer writes in an afternoon. */
import type { Carts } from "../carts.ts";
import { Aggregates } from "./aggregates.ts";
import { openEventTable } from "./sqlite.ts";

export async function sqliteGroupCommit(folder: string): Promise<Carts> {
  const table = openEventTable(folder);
  const carts = new Aggregates(table.load);
  let waiting: (() => void)[] = [];

  const commit = (): void => {
    const group = waiting;
    waiting = [];
    table.commit();
    for (const done of group) done();
  };
  const add = (id: string): Promise<number> => {
    const { event, items } = carts.addItem(id);
    if (waiting.length === 0) {
      table.begin();
      setImmediate(commit);
    }
    table.insert(id, items, event);
    return new Promise((resolve) => waiting.push(() => resolve(items)));
  };
  return {
    cart: (id) => ({ addItem: () => add(id), count: async () => carts.get(id).items }),
    close: async () => table.close(),
  };
}
