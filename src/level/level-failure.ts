/** What an error of LevelDB or of the file system means for the store. */
import { RekindleError, StorageCorruptedError, StorageFailedError, StorageFullError } from "../errors.ts";

const diskFull = /no space left on device|disk quota exceeded|ENOSPC|EDQUOT/i;

/** The typed error for `cause`, which came up while `phase` (such as `"writing"`). */
export function storageError(location: string, phase: string, cause: unknown): Error {
  if (cause instanceof RekindleError) return cause;
  if (diskFull.test(causes(cause))) return new StorageFullError(location, cause);
  if (hasCode(cause, "LEVEL_CORRUPTION"))
    return new StorageCorruptedError(location, "a file of LevelDB", causes(cause), cause);
  return new StorageFailedError(location, phase, cause);
}

/** Whether `error`, or an error that it was caused by, has this code. */
export function hasCode(error: unknown, code: string): boolean {
  if (!(error instanceof Error)) return false;
  return ("code" in error && error.code === code) || hasCode(error.cause, code);
}

/** The messages of an error and of its causes. */
function causes(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${causes(error.cause)}`;
}
