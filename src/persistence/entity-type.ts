/** What all entities of one type share, worked out once. */
import { EventTypes } from "../codec/event-types.ts";
import { classifyJson } from "../codec/json-value.ts";
import type { StoredSnapshot } from "../storage/snapshot-store.ts";
import type { StoredEvent } from "../storage/stored-event.ts";
import { type EffectFactory, effectFactory } from "./effect.ts";
import { type EventDecoder, type EventEnvelope, toEnvelope } from "./event-envelope.ts";
import type { EventSourcedDefinition, EventSourcedOptions } from "./event-sourced.ts";
import { readSnapshot } from "./snapshot-version.ts";

/** An entity type in use. */
export class EntityType<C, E, S> implements EventDecoder {
  readonly options: EventSourcedOptions<C, E, S>;
  readonly name: string;
  readonly effects: EffectFactory<C, E, S> = effectFactory();
  readonly events: EventTypes;
  readonly #emptyStateIs: ReturnType<typeof classifyJson>;
  /** When JSON gives it back unchanged. */
  readonly #emptyStateText: string;

  constructor(definition: EventSourcedDefinition<C, E, S>) {
    this.options = definition.options;
    this.name = definition.entityType;
    this.events = new EventTypes(definition.options.events, this.name);
    const { emptyState } = definition.options;
    this.#emptyStateIs = classifyJson(emptyState);
    this.#emptyStateText = this.#emptyStateIs === "plain" ? JSON.stringify(emptyState) : "";
  }

  /** A state for a new entity: a copy when it is plain data, so that no two entities can share what one of them changes. */
  readonly emptyState = (): S => {
    if (this.#emptyStateIs === "plain") return JSON.parse(this.#emptyStateText);
    const { emptyState } = this.options;
    return this.#emptyStateIs === "damaged" ? emptyState : structuredClone(emptyState);
  };

  /** The events that a stored one stands for today. @throws UnknownEventTypeError, UpcastFailedError */
  readonly decode = (stored: StoredEvent): readonly E[] =>
    this.events.isPresent(stored.type, stored.version)
      ? [stored.payload as E]
      : this.events.upcast(stored).map(({ event }) => event as E);

  envelopes(stored: StoredEvent): readonly EventEnvelope[] {
    if (this.events.isPresent(stored.type, stored.version)) return [toEnvelope(stored)];
    return this.events.upcast(stored).map((present) => toEnvelope(stored, present));
  }

  /** Whether recovery would take the snapshot. */
  canRead(snapshot: StoredSnapshot): boolean {
    return "snapshot" in readSnapshot(snapshot, this.options.snapshots);
  }
}
