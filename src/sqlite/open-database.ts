/** Opens a database with the driver that is installed, and makes sure that what it acknowledges is on the disk. */
import { createRequire } from "node:module";
import type { SqlDatabase } from "../storage/view-store.ts";
import { sqliteError } from "./sqlite-error.ts";

/** How long a statement waits for another process that writes, in milliseconds: nothing else goes on meanwhile. A projection tries again by itself. */
const busyTimeoutMs = 100;

/** A database that this library opened, and closes. */
export interface OwnDatabase extends SqlDatabase {
  close(): unknown;
}

/** @throws TypeError when libsql is not installed; StorageFailedError when the file cannot be opened */
export function openDatabase(path: string): OwnDatabase {
  const Driver = loadDriver();
  try {
    return new Driver(path);
  } catch (error) {
    throw sqliteError(`sqlite:${path}`, "opening", error);
  }
}

/** For every connection anew: only the journal mode is kept in the file. */
export function makeDurable(db: SqlDatabase, description: string): void {
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    db.prepare(`PRAGMA busy_timeout = ${busyTimeoutMs}`).get();
  } catch (error) {
    throw sqliteError(description, "opening", error);
  }
}

function loadDriver(): new (path: string) => OwnDatabase {
  try {
    return createRequire(import.meta.url)("libsql");
  } catch (cause) {
    const message =
      "sqliteViews with a path needs the package libsql (npm install libsql); or hand in an open database of better-sqlite3 or the like";
    throw new TypeError(message, { cause });
  }
}
