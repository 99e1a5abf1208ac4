/** How an entity is known in the journal. */
import { assertName } from "../actor/actor-name.ts";

/** What the id is made from. */
export interface PersistenceIdOptions {
  readonly entityType: string;
  readonly persistenceId?: (entityId: string) => string;
}

/**
 * The persistence id of an entity: entityType + "|" + entityId unless the definition says otherwise.
 *
 * @throws TypeError when either id is not a non-empty, well-formed string of at most 4,096 code units
 */
export function persistenceIdOf(options: PersistenceIdOptions, entityId: string): string {
  assertName(entityId, `entityId of ${options.entityType}`);
  if (!options.persistenceId) return `${options.entityType}|${entityId}`;
  const persistenceId: unknown = options.persistenceId(entityId);
  assertName(persistenceId, `persistenceId of ${options.entityType} ${JSON.stringify(entityId)}`);
  return persistenceId;
}
