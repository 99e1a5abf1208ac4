/** The tables of handlers: a live one has its own name, one that is being built has its generation in the name. */
import type { SqlDatabase, SqlStatement, SqlTransaction, ViewVersion } from "../storage/view-store.ts";

const tableName = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const ownNames = /^(?:rekindle|sqlite)_/i;

/** So many statements stay prepared. */
const statementsMax = 256;

/** The statements of one connection, prepared once. */
export class Statements {
  readonly db: SqlDatabase;
  readonly #prepared = new Map<string, SqlStatement>();

  constructor(db: SqlDatabase) {
    this.db = db;
  }

  get(sql: string): SqlStatement {
    const known = this.#prepared.get(sql);
    if (known) return known;
    if (this.#prepared.size >= statementsMax) this.forget();
    const statement = this.db.prepare(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }

  /** After tables got other names. */
  forget(): void {
    this.#prepared.clear();
  }
}

/** What one generation of a view writes to. */
export class GenerationTables implements SqlTransaction {
  readonly #statements: Statements;
  readonly #version: ViewVersion;
  readonly #live: boolean;
  readonly #known = new Set<string>();

  constructor(statements: Statements, version: ViewVersion, live: boolean) {
    this.#statements = statements;
    this.#version = version;
    this.#live = live;
  }

  get db(): SqlDatabase {
    return this.#statements.db;
  }

  table(name: string): string {
    const actual = this.#live ? name : `${name}__${this.#version.generation}`;
    if (!this.#known.has(name)) this.#register(name, actual);
    return `"${actual}"`;
  }

  run(sql: string, ...parameters: readonly unknown[]): number {
    return Number(this.#statements.get(sql).run(...parameters).changes);
  }

  get(sql: string, ...parameters: readonly unknown[]): unknown {
    const row = this.#statements.get(sql).get(...parameters);
    // libsql puts the time that it took among the columns.
    if (typeof row === "object" && row !== null) Reflect.deleteProperty(row, "_metadata");
    return row ?? undefined;
  }

  all(sql: string, ...parameters: readonly unknown[]): readonly unknown[] {
    return this.#statements.get(sql).all(...parameters);
  }

  #register(name: string, actual: string): void {
    if (typeof name !== "string" || !tableName.test(name) || ownNames.test(name) || name.includes("__"))
      throw new TypeError(`${JSON.stringify(name)} is no name for a table of a view: letters, digits and single _`);
    const { name: view, generation } = this.#version;
    const owner = this.get("SELECT view FROM rekindle_tables WHERE actual = ?", actual);
    if (owner !== undefined && (owner as { view: unknown }).view !== view) {
      throw new TypeError(`The table ${name} belongs to the view ${String((owner as { view: unknown }).view)}`);
    }
    if (owner === undefined)
      this.run("INSERT INTO rekindle_tables VALUES (?, ?, ?, ?)", actual, name, view, generation);
    this.#known.add(name);
  }
}

interface TableRow {
  readonly actual: string;
  readonly name: string;
}

/** Gives the tables of a generation their live names. The tables that had them must be gone. */
export function renameTables(statements: Statements, { name: view, generation }: ViewVersion): void {
  for (const { actual, name } of tablesOf(statements, { name: view, generation })) {
    if (isTable(statements, actual)) {
      statements.db.exec(`ALTER TABLE "${actual}" RENAME TO "${name}"`);
      statements.get("UPDATE rekindle_tables SET actual = ? WHERE actual = ?").run(name, actual);
    }
  }
  statements.forget();
}

/** Removes the tables of a generation. */
export function dropTables(statements: Statements, version: ViewVersion): void {
  for (const { actual } of tablesOf(statements, version)) {
    if (isTable(statements, actual)) statements.db.exec(`DROP TABLE "${actual}"`);
  }
  statements.get("DELETE FROM rekindle_tables WHERE view = ? AND generation = ?").run(version.name, version.generation);
  statements.forget();
}

function tablesOf(statements: Statements, { name, generation }: ViewVersion): readonly TableRow[] {
  const select = statements.get("SELECT actual, name FROM rekindle_tables WHERE view = ? AND generation = ?");
  return select.all(name, generation) as TableRow[];
}

/** Names of indexes are noted, too; they go with their tables. */
function isTable(statements: Statements, name: string): boolean {
  return Boolean(statements.get("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name));
}
