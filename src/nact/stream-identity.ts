/** How the stream of a nact actor is known in the journal: the persistence key is the persistence id, the rest is up to options. */
import { assertName } from "../actor/actor-name.ts";
import type { Clock } from "../clock.ts";

/** How a persistence engine differs from the defaults. */
export interface PersistenceEngineOptions {
  /** The entity type of a stream, the same for all or found from its key. Default `"nact"`. */
  readonly entityType?: string | ((key: string) => string);
  /** The entity id of a stream. Default: its key. */
  readonly entityId?: (key: string) => string;
  /** Default: the clock of the operating system. */
  readonly clock?: Clock;
  /** Told once per failure of the store as a whole, such as a full disk. Default: the calls that fail tell it. */
  readonly onFailure?: (error: Error) => void;
}

/** What a stream is called. */
export interface StreamIdentity {
  readonly persistenceId: string;
  readonly entityType: string;
  readonly entityId: string;
}

const defaultEntityType = "nact";

/** @throws TypeError when an option is of the wrong kind */
export function assertEngineOptions(options: PersistenceEngineOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("the options of a persistence engine must be an object");
  }
  if (typeof options.entityType !== "function" && options.entityType !== undefined) {
    assertName(options.entityType, "entityType");
  }
  for (const name of ["entityId", "onFailure"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw new TypeError(`${name} must be a function`);
    }
  }
}

/** @throws TypeError when the key, or what an option makes of it, cannot be a name in the journal */
export function streamIdentity(options: PersistenceEngineOptions, key: string): StreamIdentity {
  assertKey(key);
  const { entityType = defaultEntityType, entityId } = options;
  const identity = {
    persistenceId: key,
    entityType: typeof entityType === "function" ? entityType(key) : entityType,
    entityId: entityId ? entityId(key) : key,
  };
  assertName(identity.entityType, `the entity type of ${JSON.stringify(key)}`);
  assertName(identity.entityId, `the entity id of ${JSON.stringify(key)}`);
  return identity;
}

/** @throws TypeError when `key` cannot be a persistence key */
export function assertKey(key: unknown): asserts key is string {
  assertName(key, "the persistence key");
}
