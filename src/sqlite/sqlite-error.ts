/** What an error of SQLite means for the store. */
import { RekindleError, StorageCorruptedError, StorageFailedError, StorageFullError } from "../errors.ts";

/** The result codes that tell of the database or the disk, not of the statement. */
const environmentCodes: readonly string[] = [
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
  "SQLITE_NOMEM",
  "SQLITE_READONLY",
  "SQLITE_INTERRUPT",
  "SQLITE_IOERR",
  "SQLITE_CORRUPT",
  "SQLITE_FULL",
  "SQLITE_CANTOPEN",
  "SQLITE_PROTOCOL",
  "SQLITE_NOTADB",
];

/** Whether trying the same again later may help, as it does not with a wrong statement. */
export function isEnvironmental(error: unknown): boolean {
  const code = codeOf(error);
  return environmentCodes.some((one) => code === one || code.startsWith(`${one}_`));
}

/** The typed error for `cause`, which came up while `phase` (such as `"writing"`). */
export function sqliteError(description: string, phase: string, cause: unknown): Error {
  if (cause instanceof RekindleError) return cause;
  const code = codeOf(cause);
  if (code === "SQLITE_FULL") return new StorageFullError(description, cause);
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB")
    return new StorageCorruptedError(description, "the database", String(cause), cause);
  return new StorageFailedError(description, phase, cause);
}

/** The code of the error, or of what caused it: a handler's failure is wrapped. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return "code" in error && typeof error.code === "string" ? error.code : codeOf(error.cause);
}
