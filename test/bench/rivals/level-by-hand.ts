/** The carts in forty lines by hand on classic-level: a map of aggregates and pipelined group commit; no actors, checks or metadata. */
import { type BenchState, emptyBenchState, itemAdded, withItem } from "../bench-cart.ts";
import type { Cart, Carts } from "../carts.ts";
import { eventKey, eventKeysOf } from "./event-key.ts";
import { rivalPackage } from "./rival-package.ts";

interface Level {
  open(): Promise<void>;
  close(): Promise<void>;
  batch(): Batch;
  values(range: { gte: string; lt: string }): AsyncIterable<string>;
}

interface Batch {
  put(key: string, value: string): unknown;
  write(options: { sync: true }): Promise<void>;
}

interface ClassicLevel {
  readonly ClassicLevel: new (folder: string) => Level;
}

export async function levelByHand(folder: string): Promise<Carts> {
  const { ClassicLevel } = rivalPackage<ClassicLevel>("classic-level");
  const db = new ClassicLevel(folder);
  await db.open();
  const carts = new Map<string, Promise<BenchState> | BenchState>();
  let batch = db.batch();
  let waiting: (() => void)[] = [];
  let writing = false;

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const [group, written] = [waiting, batch];
      [waiting, batch] = [[], db.batch()];
      await written.write({ sync: true });
      for (const done of group) done();
    }
    writing = false;
  };
  const load = async (id: string): Promise<BenchState> => {
    let state = emptyBenchState;
    for await (const text of db.values(eventKeysOf(id))) state = withItem(state, JSON.parse(text));
    carts.set(id, state);
    return state;
  };
  const loaded = (id: string): Promise<BenchState> | BenchState => {
    const state = carts.get(id) ?? load(id);
    carts.set(id, state);
    return state;
  };
  const add = (id: string): Promise<number> => {
    const state = loaded(id);
    if (state instanceof Promise) return state.then(() => add(id));
    const event = itemAdded(state.items + 1);
    const after = withItem(state, event);
    carts.set(id, after);
    batch.put(eventKey(id, after.items), JSON.stringify(event));
    if (!writing) {
      writing = true;
      setImmediate(write);
    }
    return new Promise((resolve) => waiting.push(() => resolve(after.items)));
  };
  const cart = (id: string): Cart => ({ addItem: () => add(id), count: async () => (await loaded(id)).items });
  return { cart, close: () => db.close() };
}
