/** New events out of events. */

import type { Clock } from "../clock.ts";
import { EventTypes } from "../codec/event-types.ts";
import { causedByEvent } from "../persistence/caused-by.ts";
import { encodeMetadata } from "../persistence/event-codec.ts";
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import { assertTags, recordsOf } from "../persistence/event-records.ts";
import type { EventSourcedDefinition } from "../persistence/event-sourced.ts";
import { persistenceIdOf } from "../persistence/persistence-id.ts";
import type { Metadata } from "../storage/stored-event.ts";
import type { EmittedEvents } from "../storage/view-store.ts";
import { EntryStep } from "./entry-step.ts";
import {
  assertFunction,
  definitionOf,
  type ProjectionDefinition,
  type ProjectionOptions,
} from "./projection-definition.ts";
import type { ViewTransaction } from "./view-transaction.ts";

/** How emitted events differ from the defaults. */
export interface EmitOptions {
  /** Default: none. The tagger of the definition is not asked, for it needs a state. */
  readonly tags?: readonly string[];
  /** Beside what tells of the cause: correlationId, causationId and the name of the transformation. */
  readonly metadata?: Metadata;
}

/** What a transformation is given beside the event. */
export interface TransformationContext {
  /** What it remembers from event to event. */
  readonly view: ViewTransaction;
  /**
   * Adds events to the end of the stream of an entity. They are stored in one with the place of the transformation.
   *
   * @throws TypeError for a bad id; SerializationError
   */
  emit<C, E, S>(
    definition: EventSourcedDefinition<C, E, S>,
    entityId: string,
    event: NoInfer<E> | readonly NoInfer<E>[],
    options?: EmitOptions,
  ): void;
}

/** What a transformation does. */
export interface TransformationHandler<E> {
  readonly handler: (envelope: EventEnvelope<E>, context: TransformationContext) => void | Promise<void>;
}

/** The name of the transformation in the metadata of its events. */
const emittedBy = "transformation";

/**
 * Emits events because of events. What it emits, what it remembers and its place are one commit of the actor system's storage: each
 * event is transformed exactly once. It never sees the events that it has emitted itself. Give it streams of its own: the
 * next write of a live entity whose stream it has added to is refused with PersistRejectedError, and the entity recovers.
 *
 * @throws TypeError when an option is missing or of the wrong kind
 */
export function transformation<E>(options: ProjectionOptions<E> & TransformationHandler<E>): ProjectionDefinition {
  assertFunction(options?.handler, `handler of the transformation ${options?.name}`);
  const { handler, name } = options;
  const each = (envelope: EventEnvelope, emitter: Emitter): void | Promise<void> => {
    if (envelope.metadata[emittedBy] === name) return;
    emitter.cause = envelope;
    return handler(envelope as EventEnvelope<E>, emitter);
  };
  return definitionOf(options, "transformation", {
    store: undefined,
    rebuildable: false,
    steps: {
      begin: (store, viewName, offsets) => store.begin(viewName, offsets),
      make: (parts) => {
        if (!parts.store.takesEvents) throw new TypeError(`${parts.store.description} takes no events`);
        const types = new Map<object, EventTypes>();
        return new EntryStep(parts, { each }, (view) => {
          const emitter = new Emitter(name, view, parts.clock, types);
          return { view: emitter, emitted: () => emitter.emitted };
        });
      },
    },
  });
}

/** Gathers what one transaction emits. */
class Emitter implements TransformationContext {
  readonly view: ViewTransaction;
  readonly emitted: EmittedEvents[] = [];
  cause: EventEnvelope | undefined;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #types: Map<object, EventTypes>;

  constructor(name: string, view: ViewTransaction, clock: Clock, types: Map<object, EventTypes>) {
    this.#name = name;
    this.view = view;
    this.#clock = clock;
    this.#types = types;
  }

  readonly emit = <C, E, S>(
    definition: EventSourcedDefinition<C, E, S>,
    entityId: string,
    event: NoInfer<E> | readonly NoInfer<E>[],
    { tags = [], metadata }: EmitOptions = {},
  ): void => {
    if (definition?.kind !== "event-sourced") throw new TypeError("emit takes a definition made by eventSourced()");
    const { entityType, options } = definition;
    const persistenceId = persistenceIdOf(options, entityId);
    const types = this.#typesOf(definition);
    const caused = this.cause && causedByEvent(this.cause);
    const text = encodeMetadata({ ...caused, ...metadata, [emittedBy]: this.#name }, persistenceId);
    const given: readonly unknown[] = Array.isArray(event) ? event : [event];
    if (given.length === 0) return;
    const events = types.accept(given, persistenceId);
    const records = recordsOf(events, types, persistenceId, this.#clock.now(), text);
    for (const record of records) record.tags = assertTags(tags);
    this.emitted.push({ persistenceId, entityType, entityId, events: records });
  };

  #typesOf<C, E, S>({ options, entityType }: EventSourcedDefinition<C, E, S>): EventTypes {
    const known = this.#types.get(options);
    if (known) return known;
    const types = new EventTypes(options.events, entityType);
    this.#types.set(options, types);
    return types;
  }
}
