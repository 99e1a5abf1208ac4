/** A table of events in SQLite that is durable: WAL, and synchronous=FULL, which better-sqlite3 forgets at each opening. */
import { type BenchEvent, type BenchState, emptyBenchState, withItem } from "../bench-cart.ts";
import { rivalPackage } from "./rival-package.ts";

interface Database {
  pragma(text: string, options?: { simple: true }): unknown;
  exec(sql: string): void;
  prepare<Row = unknown>(sql: string): Statement<Row>;
  close(): void;
}

interface Statement<Row> {
  run(...values: unknown[]): void;
  iterate(...values: unknown[]): Iterable<Row>;
}

/** What both ways of using it need. */
export interface EventTable {
  insert(stream: string, n: number, event: BenchEvent): void;
  load(stream: string): BenchState;
  readonly begin: () => void;
  readonly commit: () => void;
  close(): void;
}

const full = 2;

export function openEventTable(folder: string): EventTable {
  const Sqlite = rivalPackage<new (file: string) => Database>("better-sqlite3");
  const db = new Sqlite(`${folder}.sqlite`);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  if (db.pragma("synchronous", { simple: true }) !== full) throw new Error("SQLite does not flush each commit");
  db.exec(
    "CREATE TABLE IF NOT EXISTS events (stream TEXT, n INTEGER, event TEXT, PRIMARY KEY (stream, n)) WITHOUT ROWID",
  );
  const insert = db.prepare("INSERT INTO events VALUES (?, ?, ?)");
  const select = db.prepare<{ event: string }>("SELECT event FROM events WHERE stream = ? ORDER BY n");
  const [begin, commit] = [db.prepare("BEGIN"), db.prepare("COMMIT")];
  return {
    insert: (stream, n, event) => insert.run(stream, n, JSON.stringify(event)),
    load(stream) {
      let state = emptyBenchState;
      for (const { event } of select.iterate(stream)) state = withItem(state, JSON.parse(event));
      return state;
    },
    begin: () => begin.run(),
    commit: () => commit.run(),
    close: () => db.close(),
  };
}
