/** The carts on event-storage, which flushes at the end of a tick (syncOnFlush). */
import { type BenchEvent, emptyBenchState, withItem } from "../bench-cart.ts";
import type { Carts } from "../carts.ts";
import { Aggregates } from "./aggregates.ts";
import { rivalPackage } from "./rival-package.ts";

interface EventStore {
  once(event: "ready", listener: () => void): void;
  commit(stream: string, events: BenchEvent[], expectedVersion: number, committed: () => void): void;
  getEventStream(stream: string): Iterable<BenchEvent> | false;
  close(): void;
}

interface EventStorage {
  readonly EventStore: new (
    name: string,
    options: { storageDirectory: string; storageConfig: { syncOnFlush: boolean } },
  ) => EventStore;
}

export async function eventStorage(folder: string): Promise<Carts> {
  const { EventStore } = rivalPackage<EventStorage>("event-storage");
  const store = new EventStore("carts", { storageDirectory: folder, storageConfig: { syncOnFlush: true } });
  await new Promise<void>((resolve) => store.once("ready", resolve));
  const carts = new Aggregates((id) => {
    let state = emptyBenchState;
    for (const event of store.getEventStream(id) || []) state = withItem(state, event);
    return state;
  });
  const add = (id: string): Promise<number> => {
    const { event, items } = carts.addItem(id);
    return new Promise((resolve) => store.commit(id, [event], items - 1, () => resolve(items)));
  };
  return {
    cart: (id) => ({ addItem: () => add(id), count: async () => carts.get(id).items }),
    close: async () => store.close(),
  };
}
