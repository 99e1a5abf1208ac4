/** Which part of the history a projection is about. */
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import type { EventSourcedDefinition } from "../persistence/event-sourced.ts";

/** Made by {@link allEvents}, {@link eventsOf}, {@link eventsByTag} or {@link eventsByPersistenceId}. */
export interface EventSource<E = unknown> {
  /** In words, for messages. */
  readonly description: string;
  /** What to read when the whole history is not needed. */
  readonly tag?: string;
  readonly persistenceId?: string;
  readonly entityType?: string;
  /** The definitions whose events are wanted, so that stored events are brought to today's. */
  readonly definitions: readonly EventSourcedDefinition<never, never, never>[];
  readonly wants: (envelope: EventEnvelope) => boolean;
  /** Only a type: what the events are. */
  readonly events?: E;
}

/** A definition whose commands and state do not matter. */
export type AnyDefinition<E = unknown> = Pick<EventSourcedDefinition<never, E, never>, "kind" | "entityType"> & {
  readonly options: { readonly eventHandler: (state: never, event: E, meta: never) => unknown };
};

/** The events of a definition. */
export type EventOf<D> = D extends {
  readonly options: { readonly eventHandler: (state: never, event: infer E, meta: never) => unknown };
}
  ? E
  : never;

/** Every event of the store. */
export function allEvents<E = unknown>(): EventSource<E> {
  return { description: "all events", definitions: [], wants: () => true };
}

/**
 * The events of one entity type, or of several.
 *
 * @param types definitions made by `eventSourced`, or names of entity types whose definition is not at hand
 * @throws TypeError when there is none, or one is neither
 */
export function eventsOf<const D extends AnyDefinition<never> | string>(
  ...types: readonly D[]
): EventSource<EventOf<D>> {
  const names = new Set(types.map((type) => (typeof type === "string" ? type : type?.entityType)));
  if (names.size === 0 || ![...names].every((name) => typeof name === "string" && name !== ""))
    throw new TypeError("eventsOf takes definitions made by eventSourced(), or names of entity types");
  const [only] = names;
  const given: readonly unknown[] = types;
  return {
    description: `events of ${[...names].join(", ")}`,
    ...(names.size === 1 && only !== undefined && { entityType: only }),
    definitions: given.filter(isDefinition),
    wants: ({ entityType }) => names.has(entityType),
  };
}

/** The events with a tag. */
export function eventsByTag<E = unknown>(tag: string): EventSource<E> {
  assertText(tag, "eventsByTag takes a tag");
  return { description: `events tagged ${tag}`, tag, definitions: [], wants: ({ tags }) => tags.includes(tag) };
}

/** The events of one stream. */
export function eventsByPersistenceId<E = unknown>(persistenceId: string): EventSource<E> {
  assertText(persistenceId, "eventsByPersistenceId takes a persistence id");
  const wants = (envelope: EventEnvelope): boolean => envelope.persistenceId === persistenceId;
  return { description: `events of ${persistenceId}`, persistenceId, definitions: [], wants };
}

function assertText(text: unknown, what: string): void {
  if (typeof text !== "string" || text === "") throw new TypeError(`${what}, not ${JSON.stringify(text)}`);
}

function isDefinition(type: unknown): type is EventSourcedDefinition<never, never, never> {
  return typeof type === "object";
}
