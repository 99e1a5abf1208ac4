/** The event store face: streams of events for code without actors, beside the entities that live on the same streams. */
import { assertCommandId } from "../actor/command-id.ts";
import { classifyJson } from "../codec/json-value.ts";
import { PersistRejectedError, VersionConflictError } from "../errors.ts";
import type { Metadata } from "../storage/stored-event.ts";
import { causedByEvent, type EventCause, eventIdOf } from "./caused-by.ts";
import type { EntityRegistry } from "./entity-registry.ts";
import type { EventSourcedDefinition } from "./event-sourced.ts";
import type { ReplyWithOffset } from "./reply-with-offset.ts";
import { StreamUpdate } from "./stream-update.ts";

/** What a stream adds up to. */
export interface FoundState<S> {
  readonly state: S;
  /** The sequence number of its last event; 0 when there is none. */
  readonly version: number;
}

/** What may go along with a write. */
export interface WriteOptions {
  /**
   * The event that made somebody write, as its envelope or by an id; a write with one that this stream has seen is recognised, and
   * stored once. How long it is remembered, the `commandIds` of the definition say.
   */
  readonly triggeringEvent?: string | EventCause;
  /** Stored with the events. Plain JSON. An envelope as `triggeringEvent` adds what {@link causedBy} gives, an id is the `causationId`. */
  readonly metadata?: Metadata;
  /** Rejects with AskTimeoutError after this time, in milliseconds. Default: the system's `askTimeoutMs`. */
  readonly timeoutMs?: number;
}

/** What has become of a write. */
export interface WriteResult {
  /** After its events, also when it was repeated and others have followed since. */
  readonly version: number;
  /** Of its last event; at least that when it was repeated. */
  readonly offset: number;
  /** The triggering event was seen before: nothing was stored now. */
  readonly repeated: boolean;
}

/** So begin the ids under which triggering events are remembered, beside those of commands. */
const triggerPrefix = "triggered by ";

/** See {@link ActorSystem.eventStore}. */
export class EventStore {
  readonly #entities: EntityRegistry;

  constructor(entities: EntityRegistry) {
    this.#entities = entities;
  }

  /**
   * What is stored, pending writes included, folded by the definition. The state is a copy of the caller's own.
   *
   * @throws RecoveryFailedError whatever the cause
   */
  async find<C, E, S>(definition: EventSourcedDefinition<C, E, S>, entityId: string): Promise<FoundState<S>> {
    const { state, sequenceNr, highestSequenceNr } = await this.#entities.recover(definition, entityId);
    return { state, version: Math.max(sequenceNr, highestSequenceNr) };
  }

  /**
   * Begins a stream.
   *
   * @throws VersionConflictError when there is one already; TypeError without events; otherwise as {@link update}
   */
  async create<C, E, S>(
    definition: EventSourcedDefinition<C, E, S>,
    entityId: string,
    events: readonly NoInfer<E>[],
    options?: WriteOptions,
  ): Promise<WriteResult> {
    if (Array.isArray(events) && events.length === 0) throw new TypeError("a stream begins with at least one event");
    return this.update(definition, entityId, 0, events, options);
  }

  /**
   * Stores the events after those that `find` has seen, all or none. They pass event handler, tagger and schemas like those of a
   * command, and a live entity goes on with the state after them. Without events only the version is compared.
   *
   * @throws VersionConflictError when the stream is not at `expectedVersion`: nothing is stored; PersistRejectedError and
   * SerializationError likewise; PersistFailedError, ActorStoppedError, AskTimeoutError: the outcome is unknown;
   * ActorFailedError when event handler or tagger throws; RecoveryFailedError; NameTakenError when another definition is at work on
   * this stream
   */
  async update<C, E, S>(
    definition: EventSourcedDefinition<C, E, S>,
    entityId: string,
    expectedVersion: number,
    events: readonly NoInfer<E>[],
    { triggeringEvent, metadata, timeoutMs }: WriteOptions = {},
  ): Promise<WriteResult> {
    if (!(Number.isSafeInteger(expectedVersion) && expectedVersion >= 0))
      throw new TypeError(`expectedVersion must be a whole number of at least 0, not ${String(expectedVersion)}`);
    if (!Array.isArray(events)) throw new TypeError(`events must be a list, not ${typeof events}`);
    const message = new StreamUpdate(definition?.options, expectedVersion, events.map(ownCopy));
    const question = { message, ...attributionOf(triggeringEvent, metadata) };
    const options = timeoutMs === undefined ? undefined : { timeoutMs };
    const answer = await this.#entities.askWriter(definition, entityId, question, options).catch(throwConflict);
    const { reply, offset } = answer as ReplyWithOffset<number>;
    return { version: reply, offset, repeated: !message.decided };
  }
}

/** Somebody who writes past the entities was faster: to the caller that is the conflict it is. */
function throwConflict(error: unknown): never {
  const cause = error instanceof PersistRejectedError ? error.cause : undefined;
  throw cause instanceof VersionConflictError ? cause : error;
}

/** Whatever the caller does with the event later, the state of a live entity must not change with it. */
function ownCopy<E>(event: E): E {
  // What JSON would damage is refused later, by name.
  return classifyJson(event) === "damaged" ? event : structuredClone(event);
}

/** The id under which the write is remembered, and the metadata of its events. */
function attributionOf(
  trigger: string | EventCause | undefined,
  metadata: Metadata | undefined,
): { readonly commandId: string | undefined; readonly metadata: Metadata | undefined } {
  if (trigger === undefined) return { commandId: undefined, metadata };
  if (typeof trigger === "object" && trigger !== null) {
    const own = { ...causedByEvent(trigger), ...metadata };
    return { commandId: triggerPrefix + eventIdOf(trigger), metadata: own };
  }
  assertCommandId(trigger, "triggeringEvent");
  return { commandId: triggerPrefix + trigger, metadata: { causationId: trigger, ...metadata } };
}
