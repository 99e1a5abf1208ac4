/** What the asker is told when a write did not succeed. */
import { ActorStoppedError, PersistFailedError, PersistRejectedError, VersionConflictError } from "../errors.ts";

/** PersistRejectedError when surely nothing was stored, PersistFailedError when nobody knows; an end stays an end. */
export function persistError(persistenceId: string, error: unknown): Error {
  if (error instanceof ActorStoppedError || error instanceof PersistRejectedError) return error;
  if (error instanceof VersionConflictError) return new PersistRejectedError(persistenceId, error);
  return new PersistFailedError(persistenceId, error);
}
