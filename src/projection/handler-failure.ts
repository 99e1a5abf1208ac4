/** What a user's handler threw, as distinct from what the store threw. */

import { ViewConflictError } from "../errors/view-conflict-error.ts";
import { type RekindleError, StorageCorruptedError, StorageFailedError, StorageFullError } from "../errors.ts";

/** Says which events were handled before it. Nothing of the attempt is stored. */
export class HandlerFailure extends Error {
  /** The first event of those that were being handled. */
  readonly index: number;
  /** How many events the handler was given at once. */
  readonly given: number;

  constructor(index: number, given: number, cause: unknown) {
    super("a handler failed", { cause });
    this.index = index;
    this.given = given;
  }
}

/** Whether it is the store that failed: that is no fault of the event, and waiting helps. */
export function isStoreFailure(error: unknown): error is RekindleError {
  return (
    error instanceof StorageFailedError ||
    error instanceof StorageFullError ||
    error instanceof StorageCorruptedError ||
    error instanceof ViewConflictError
  );
}

/** A failure of the store as it is, everything else as one of the handler at `index`. */
export function asHandlerFailure(index: number, given: number, error: unknown): unknown {
  return isStoreFailure(error) || error instanceof HandlerFailure ? error : new HandlerFailure(index, given, error);
}
