/** The carts as nact's own persistent actors, over an engine that puts each event into LevelDB, synced. */
import { addItem, type BenchEvent, type BenchState, emptyBenchState, itemAdded, withItem } from "../bench-cart.ts";
import type { Cart, Carts } from "../carts.ts";
import { eventKey, eventKeysOf } from "./event-key.ts";
import { rivalPackage } from "./rival-package.ts";

interface Level {
  open(): Promise<void>;
  close(): Promise<void>;
  put(key: string, value: string, options: { sync: true }): Promise<void>;
  batch(): { put(key: string, value: string): unknown; write(options: { sync: true }): Promise<void> };
  values(range: { gte: string; lt: string }): AsyncIterable<string>;
}

interface PersistedEvent {
  readonly key: string;
  readonly sequenceNumber: number;
  readonly data: unknown;
}

/** A command carries its reply: nact's query would give up addresses of 32 random bits that collide under load. */
type Message = BenchEvent | { readonly type: "AddItem" | "Count"; readonly reply: (items: number) => void };

interface Context {
  readonly recovering?: true;
  persist(event: BenchEvent): Promise<void>;
}

interface Nact {
  start(configure: unknown): object;
  configurePersistence(engine: object): unknown;
  spawnPersistent(
    parent: object,
    receive: (state: BenchState, message: Message, context: Context) => Promise<BenchState>,
    key: string,
    name: string,
    properties: { initialState: BenchState },
  ): object;
  dispatch(actor: object, message: Message): void;
  stop(system: object): void;
}

type Reducer = (previous: Promise<unknown>, event: PersistedEvent, index: number) => Promise<unknown>;

function engineOver(db: Level): object {
  return {
    latestSnapshot: async () => undefined,
    persist: (event: PersistedEvent) =>
      db.put(eventKey(event.key, event.sequenceNumber), JSON.stringify(event), { sync: true }),
    events: (key: string) => ({
      async reduce(reducer: Reducer, initial: Promise<unknown>): Promise<unknown> {
        let index = 0;
        let result = initial;
        for await (const text of db.values(eventKeysOf(key))) {
          const next = await reducer(result, JSON.parse(text), index++);
          result = Promise.resolve(next);
        }
        return result;
      },
    }),
  };
}

async function receive(state: BenchState, message: Message, context: Context): Promise<BenchState> {
  if (message.type === "ItemAdded") return withItem(state, message);
  if (message.type === "Count") {
    message.reply(state.items);
    return state;
  }
  const event = itemAdded(state.items + 1);
  await context.persist(event);
  const after = withItem(state, event);
  message.reply(after.items);
  return after;
}

export async function nactLevel(folder: string): Promise<Carts> {
  const { ClassicLevel } = rivalPackage<{ ClassicLevel: new (folder: string) => Level }>("classic-level");
  const { start, configurePersistence, spawnPersistent, dispatch, stop } = rivalPackage<Nact>("nact");
  const db = new ClassicLevel(folder);
  await db.open();
  const system = start(configurePersistence(engineOver(db)));
  const cart = (id: string): Cart => {
    const actor = spawnPersistent(system, receive, id, id, { initialState: emptyBenchState });
    const ask = (type: "AddItem" | "Count"): Promise<number> =>
      new Promise((reply) => dispatch(actor, { type, reply }));
    return { addItem: () => ask(addItem.type), count: () => ask("Count") };
  };
  return {
    cart,
    async fill(id, events) {
      const batch = db.batch();
      for (let n = 1; n <= events; n++)
        batch.put(eventKey(id, n), JSON.stringify({ key: id, sequenceNumber: n, data: itemAdded(n) }));
      await batch.write({ sync: true });
    },
    async close() {
      stop(system);
      await db.close();
    },
  };
}
