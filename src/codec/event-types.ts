/** The event types of one entity type: which may be written, in which version, and what stored ones mean today. */
import { PersistRejectedError, UnknownEventTypeError } from "../errors.ts";
import { type EventTypeSteps, readDeclarations } from "./event-declaration.ts";
import { eventType, firstVersion } from "./event-type.ts";
import { type StoredShape, upcast, type VersionedEvent } from "./upcasting.ts";
import { validate } from "./validation.ts";

/** Declared event types. Without a declaration any type may be written, always as version 1. */
export class EventTypes {
  readonly #types: ReadonlyMap<string, EventTypeSteps> | undefined;
  readonly #entityType: string;

  /** @throws TypeError for a declaration that cannot be followed */
  constructor(declarations: object | undefined, entityType: string) {
    this.#types = declarations && readDeclarations(declarations, `of entity type ${entityType}`);
    this.#entityType = entityType;
  }

  /** The version in which an event of that type is written. */
  versionOf(type: string): number {
    return this.#types === undefined ? firstVersion : (this.#types.get(type)?.version ?? firstVersion);
  }

  /**
   * The events as they may be applied and stored.
   *
   * @throws PersistRejectedError when a type is not declared or not written any more, ValidationError when a schema refuses one
   */
  accept<E>(events: readonly E[], persistenceId: string): readonly E[] {
    const types = this.#types;
    return types === undefined ? events : events.map((event) => this.#accept(types, event, persistenceId));
  }

  /** Whether an event stored so is as it would be written today. */
  isPresent(type: string, version: number): boolean {
    if (this.#types === undefined) return version === firstVersion;
    const known = this.#types.get(type);
    return known !== undefined && known.version === version && !known.retired;
  }

  /**
   * The events of today that a stored event stands for, in order.
   *
   * @throws UnknownEventTypeError, UpcastFailedError
   */
  upcast(stored: StoredShape): readonly VersionedEvent[] {
    const { persistenceId, sequenceNr, type, version, payload: event } = stored;
    if (this.isPresent(type, version)) return [{ type, version, event }];
    if (this.#types) return upcast(this.#types, stored);
    throw new UnknownEventTypeError(persistenceId, sequenceNr, type, version);
  }

  #accept<E>(types: ReadonlyMap<string, EventTypeSteps>, event: E, persistenceId: string): E {
    const type = eventType(event);
    const known = types.get(type);
    if (!known || known.retired) {
      const problem = known
        ? `events says that ${type} is not written any more; persist what it has become`
        : `${type} is not among the declared events of entity type ${this.#entityType}; add it to events`;
      throw new PersistRejectedError(persistenceId, new TypeError(problem));
    }
    if (!known.schema) return event;
    const validated = validate(known.schema, event, { kind: "event", type, persistenceId });
    if (!(validated instanceof Promise)) return validated.value as E;
    validated.catch(() => {});
    throw new TypeError(`the schema of event ${type} is asynchronous; an event must be valid at once`);
  }
}
