/** Read models in SQLite: tables of the handlers' own, or entries, beside the place of each projection in the same file. */

import { ViewConflictError } from "../errors/view-conflict-error.ts";
import { generationOf, withGeneration, withLive, withOffsets, withoutGeneration } from "../storage/view-changes.ts";
import type {
  SqlDatabase,
  SqlTransaction,
  SqlViewStore,
  StoredView,
  ViewCommit,
  ViewEntry,
  ViewGeneration,
  ViewRange,
  ViewStep,
  ViewVersion,
} from "../storage/view-store.ts";
import { makeDurable, type OwnDatabase, openDatabase } from "./open-database.ts";
import { selectEntries } from "./select-entries.ts";
import { isEnvironmental, sqliteError } from "./sqlite-error.ts";
import { dropTables, GenerationTables, renameTables, Statements } from "./sqlite-tables.ts";

const ownTables = `
  CREATE TABLE IF NOT EXISTS rekindle_views (view TEXT PRIMARY KEY, live INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS rekindle_offsets (view TEXT, generation INTEGER, slice INTEGER, position INTEGER NOT NULL,
    PRIMARY KEY (view, generation, slice));
  CREATE TABLE IF NOT EXISTS rekindle_tables (actual TEXT PRIMARY KEY, name TEXT NOT NULL, view TEXT NOT NULL, generation INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS rekindle_entries (view TEXT, generation INTEGER, key TEXT, value TEXT NOT NULL,
    PRIMARY KEY (view, generation, key)) WITHOUT ROWID;
`;

interface OffsetRow {
  readonly generation: number;
  readonly position: number;
}

/** See {@link SqlViewStore}. Everything happens at the call: one transaction after the other. */
export class SqliteViews implements SqlViewStore {
  readonly description: string;
  readonly takesEvents = false;
  readonly #statements: Statements;
  readonly #own: OwnDatabase | undefined;

  constructor(description: string, db: SqlDatabase, own?: OwnDatabase) {
    this.description = description;
    this.#statements = new Statements(db);
    this.#own = own;
    makeDurable(db, description);
    this.#inTransaction("opening", () => db.exec(ownTables));
  }

  /** The database: for queries of your own. */
  get db(): SqlDatabase {
    return this.#statements.db;
  }

  /** Closes the database if it was opened by its path. Stop the projections first. */
  close(): void {
    this.#own?.close();
  }

  async list(): Promise<readonly StoredView[]> {
    const rows = this.#read(() => this.#statements.get("SELECT view FROM rekindle_views ORDER BY view").all());
    return rows.flatMap((row) => this.#read(() => this.#find((row as { view: string }).view)) ?? []);
  }

  async find(name: string): Promise<StoredView | undefined> {
    return this.#read(() => this.#find(name));
  }

  begin(name: string, offsets: readonly number[]): Promise<StoredView> {
    return this.beginTables(name, offsets, () => undefined);
  }

  async beginTables(
    name: string,
    offsets: readonly number[],
    schema: (sql: SqlTransaction) => void,
  ): Promise<StoredView> {
    return this.#inTransaction("beginning a view", () => {
      const before = this.#find(name);
      const { view, generation } = withGeneration(name, before, offsets);
      this.#removeGenerations(before, view);
      this.#store(view);
      schema(this.#tables({ name, generation }, view.live));
      return view;
    });
  }

  async layOut(version: ViewVersion, offsets: readonly number[]): Promise<void> {
    this.#inTransaction("dividing a view", () => {
      this.#store(withOffsets(version, this.#find(version.name), offsets));
    });
  }

  async commit(commit: ViewCommit): Promise<readonly number[]> {
    if (commit.events?.length) throw new TypeError(`${this.description} takes no events: use the views of the system`);
    this.#inTransaction("storing a view", () => {
      this.#step(commit, commit.offset);
      const { name, generation } = commit;
      for (const { key, text } of commit.changes) {
        if (text === undefined) {
          const sql = "DELETE FROM rekindle_entries WHERE view = ? AND generation = ? AND key = ?";
          this.#statements.get(sql).run(name, generation, key);
        } else {
          const sql = "INSERT OR REPLACE INTO rekindle_entries VALUES (?, ?, ?, ?)";
          this.#statements.get(sql).run(name, generation, key, text);
        }
      }
    });
    return [];
  }

  async transact(step: ViewStep, work: (sql: SqlTransaction) => number): Promise<void> {
    this.#inTransaction("storing a view", () => {
      const live = this.#liveOf(step.name);
      this.#step(step, work(this.#tables(step, live)));
    });
  }

  async get({ name, generation }: ViewVersion, key: string): Promise<unknown> {
    const sql = "SELECT value FROM rekindle_entries WHERE view = ? AND generation = ? AND key = ?";
    const row = this.#read(() => this.#statements.get(sql).get(name, generation, key));
    return row ? JSON.parse((row as { value: string }).value) : undefined;
  }

  async *entries(version: ViewVersion, range: ViewRange = {}): AsyncGenerator<readonly ViewEntry[]> {
    for (const batch of selectEntries(this.#statements, version, range)) yield batch;
  }

  async switchTo(version: ViewVersion): Promise<void> {
    this.#inTransaction("switching a view", () => {
      const before = this.#find(version.name);
      const after = withLive(version, before);
      this.#removeGenerations(before, after);
      this.#store(after);
      if (before?.live !== version.generation) renameTables(this.#statements, version);
    });
  }

  async drop(name: string, generation?: number): Promise<void> {
    this.#inTransaction("dropping a view", () => {
      const before = this.#find(name);
      if (!before) return;
      const after = withoutGeneration(before, generation);
      this.#removeGenerations(before, after);
      if (after) this.#store(after);
      else this.#statements.get("DELETE FROM rekindle_views WHERE view = ?").run(name);
    });
  }

  #tables(version: ViewVersion, live: number | undefined): SqlTransaction {
    return new GenerationTables(this.#statements, version, live === version.generation);
  }

  #liveOf(name: string): number | undefined {
    const row = this.#statements.get("SELECT live FROM rekindle_views WHERE view = ?").get(name);
    return (row as { live: number } | undefined)?.live;
  }

  #find(name: string): StoredView | undefined {
    const live = this.#liveOf(name);
    if (live === undefined) return undefined;
    const sql = "SELECT generation, position FROM rekindle_offsets WHERE view = ? ORDER BY generation, slice";
    const generations: ViewGeneration[] = [];
    for (const { generation, position } of this.#statements.get(sql).all(name) as OffsetRow[]) {
      const last = generations.at(-1);
      if (last?.generation !== generation) generations.push({ generation, offsets: [position] });
      else generations.splice(-1, 1, { generation, offsets: [...last.offsets, position] });
    }
    return { name, live, generations };
  }

  /** Writes all that is to be known of a view beside its entries. */
  #store({ name, live, generations }: StoredView): void {
    this.#statements.get("INSERT OR REPLACE INTO rekindle_views VALUES (?, ?)").run(name, live);
    this.#statements.get("DELETE FROM rekindle_offsets WHERE view = ?").run(name);
    const insert = this.#statements.get("INSERT INTO rekindle_offsets VALUES (?, ?, ?, ?)");
    for (const { generation, offsets } of generations) {
      for (const [slice, offset] of offsets.entries()) insert.run(name, generation, slice, offset);
    }
  }

  /** Removes what the generations have stored that `after` has not any more. */
  #removeGenerations(before: StoredView | undefined, after: StoredView | undefined): void {
    for (const { generation } of before?.generations ?? []) {
      if (generationOf(after, generation)) continue;
      const version = { name: before?.name ?? "", generation };
      dropTables(this.#statements, version);
      for (const table of ["rekindle_entries", "rekindle_offsets"]) {
        this.#statements.get(`DELETE FROM ${table} WHERE view = ? AND generation = ?`).run(version.name, generation);
      }
    }
  }

  /** The place is compared in the transaction: another process may have this file open, too. */
  #step({ name, generation, slice, expectedOffset }: ViewStep, offset: number): void {
    const sql =
      "UPDATE rekindle_offsets SET position = ? WHERE view = ? AND generation = ? AND slice = ? AND position = ?";
    const { changes } = this.#statements.get(sql).run(offset, name, generation, slice, expectedOffset);
    if (Number(changes) === 1) return;
    const actual = generationOf(this.#find(name), generation)?.offsets[slice] ?? 0;
    throw new ViewConflictError(name, expectedOffset, actual);
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw sqliteError(this.description, "reading a view", error);
    }
  }

  /** What `work` throws of its own goes through; what SQLite throws because of the disk is an error of the store. */
  #inTransaction<T>(phase: string, work: () => T): T {
    const { db } = this;
    try {
      db.exec("BEGIN IMMEDIATE");
    } catch (error) {
      throw sqliteError(this.description, phase, error);
    }
    let result: T;
    try {
      result = work();
    } catch (error) {
      this.#rollBack();
      throw isEnvironmental(error) ? sqliteError(this.description, phase, error) : error;
    }
    try {
      db.exec("COMMIT");
    } catch (error) {
      this.#rollBack();
      throw sqliteError(this.description, phase, error);
    }
    return result;
  }

  #rollBack(): void {
    try {
      this.db.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself.
    }
  }
}

/**
 * A place for read models in a SQLite database. Sets `journal_mode = WAL` and `synchronous = FULL`.
 *
 * @param database a path, which the package libsql opens; or an open database with the interface of better-sqlite3
 * @throws TypeError when libsql is not installed, or `database` is neither; StorageFailedError when it cannot be opened
 */
export function sqliteViews(database: string | SqlDatabase): SqliteViews {
  if (typeof database === "string") {
    if (database === "") throw new TypeError("sqliteViews takes the path of a database, not an empty text");
    const own = openDatabase(database);
    return new SqliteViews(`sqlite:${database}`, own, own);
  }
  if (typeof database?.exec !== "function" || typeof database.prepare !== "function")
    throw new TypeError("sqliteViews takes a path or an open database with exec and prepare");
  return new SqliteViews("sqlite", database);
}
