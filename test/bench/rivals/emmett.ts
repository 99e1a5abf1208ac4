/** The carts on emmett with its SQLite store: its command handler, which reads the stream for each command, behind a mutex. */
import { type BenchState, emptyBenchState, itemAdded, withItem } from "../bench-cart.ts";
import type { Carts } from "../carts.ts";
import { rivalPackage } from "./rival-package.ts";

interface EmmettEvent {
  readonly type: "ItemAdded";
  readonly data: Omit<ReturnType<typeof itemAdded>, "type">;
}

interface Evolution {
  evolve(state: BenchState, event: EmmettEvent): BenchState;
  initialState(): BenchState;
}

interface Store {
  appendToStream(stream: string, events: readonly EmmettEvent[]): Promise<unknown>;
  aggregateStream(stream: string, evolution: Evolution): Promise<{ state: BenchState }>;
}

interface Emmett {
  CommandHandler(
    evolution: Evolution,
  ): (store: Store, stream: string, decide: (state: BenchState) => EmmettEvent) => Promise<{ newState: BenchState }>;
}

interface EmmettSqlite {
  getSQLiteEventStore(options: { fileName: string }): Store;
}

interface Sqlite {
  readonly Database: new (file: string, opened: (error: Error | null) => void) => Connection;
}

interface Connection {
  exec(sql: string, done: (error: Error | null) => void): void;
  close(closed: (error: Error | null) => void): void;
}

/** One statement has a parameter for each column of each event, and SQLite takes so many parameters only. */
const filledAtOnce = 500;
const attemptsMax = 10;

const evolution: Evolution = {
  evolve: (state, { type, data }) => withItem(state, { type, ...data }),
  initialState: () => emptyBenchState,
};

function decide({ items }: Pick<BenchState, "items">): EmmettEvent {
  const { type, ...data } = itemAdded(items + 1);
  return { type, data };
}

/**
 * The store closes its connection after each command, and the closing of the last one locks the file: another connection stays open,
 * which makes it faster, too.
 */
async function stayConnected(file: string): Promise<() => Promise<void>> {
  const { Database } = rivalPackage<Sqlite>("sqlite3");
  const connection = await new Promise<Connection>((resolve, reject) => {
    const opened: Connection = new Database(file, (error) => (error ? reject(error) : resolve(opened)));
  });
  const settled = (work: (done: (error: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => work((error) => (error ? reject(error) : resolve())));
  await settled((done) => connection.exec("PRAGMA journal_mode = WAL; SELECT count(*) FROM sqlite_master", done));
  return () => settled((done) => connection.close(done));
}

/** On a slow disk it now and then cannot commit because of a statement of its own, rolls back, and has to be asked again. */
async function unlessBusy<T>(work: () => Promise<T>, attemptsLeft: number = attemptsMax): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "SQLITE_BUSY" && attemptsLeft > 1)) throw error;
    return unlessBusy(work, attemptsLeft - 1);
  }
}

export async function emmett(folder: string): Promise<Carts> {
  const fileName = `${folder}.sqlite`;
  const disconnect = await stayConnected(fileName);
  const { CommandHandler } = rivalPackage<Emmett>("@event-driven-io/emmett");
  const store = rivalPackage<EmmettSqlite>("@event-driven-io/emmett-sqlite").getSQLiteEventStore({ fileName });
  const handle = CommandHandler(evolution);
  let free: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = free.then(() => unlessBusy(work));
    free = result;
    return result;
  };
  return {
    cart: (id) => ({
      addItem: () => inTurn(async () => (await handle(store, id, decide)).newState.items),
      count: () => inTurn(async () => (await store.aggregateStream(id, evolution)).state.items),
    }),
    async fill(id, events) {
      for (let n = 0; n < events; n += filledAtOnce) {
        const count = Math.min(filledAtOnce, events - n);
        await store.appendToStream(
          id,
          Array.from({ length: count }, (_, index) => decide({ items: n + index })),
        );
      }
    },
    async close() {
      await free;
      await disconnect();
    },
  };
}
