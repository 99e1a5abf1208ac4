/** What all entities of one type share, worked out once. */
import { classifyJson } from "../codec/json-value.ts";
import { type EffectFactory, effectFactory } from "./effect.ts";
import type { EventSourcedDefinition, EventSourcedOptions } from "./event-sourced.ts";

/** An entity type in use. */
export class EntityType<C, E, S> {
  readonly options: EventSourcedOptions<C, E, S>;
  readonly name: string;
  readonly effects: EffectFactory<C, E, S> = effectFactory();
  readonly #emptyStateIsData: boolean;

  constructor(definition: EventSourcedDefinition<C, E, S>) {
    this.options = definition.options;
    this.name = definition.entityType;
    this.#emptyStateIsData = classifyJson(definition.options.emptyState) !== "damaged";
  }

  /** A state for a new entity: a copy when it is plain data, so that no two entities can share what one of them changes. */
  readonly emptyState = (): S => {
    const { emptyState } = this.options;
    return this.#emptyStateIsData ? structuredClone(emptyState) : emptyState;
  };
}
