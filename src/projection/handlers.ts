/** What a definition gives to handle events: one function, one for each type of event, or one for groups. */
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import { assertFunction } from "./projection-definition.ts";

/** The events of a union that have this type. */
type OfType<E, T> = E extends { readonly type: T } ? E : never;

/** The types of the events of a union. */
type TypeOf<E> = E extends { readonly type: infer T extends string } ? T : never;

/** For each type of event its handler; events of other types are passed over. */
export type HandlersByType<E, V, R> = {
  readonly [T in TypeOf<E>]?: (envelope: EventEnvelope<OfType<E, T>>, view: V) => R;
};

/** Exactly one of the three. */
export type Handling<E, V, R> =
  | {
      readonly handler: (envelope: EventEnvelope<E>, view: V) => R;
      readonly handlers?: never;
      readonly groupHandler?: never;
    }
  | { readonly handlers: HandlersByType<E, V, R>; readonly handler?: never; readonly groupHandler?: never }
  | {
      /** Given all the events of one transaction at once. */
      readonly groupHandler: (envelopes: readonly EventEnvelope<E>[], view: V) => R;
      readonly handler?: never;
      readonly handlers?: never;
    };

type Each<V, R> = (envelope: EventEnvelope, view: V) => R | undefined;
type Group<V, R> = (envelopes: readonly EventEnvelope[], view: V) => R | undefined;

/** @throws TypeError when there is not exactly one way to handle events */
export function handlingOf<E, V, R>(
  options: Handling<E, V, R>,
  of: string,
): { readonly each: Each<V, R> } | { readonly group: Group<V, R> } {
  const given = [options.handler, options.handlers, options.groupHandler].filter((one) => one !== undefined);
  if (given.length !== 1) throw new TypeError(`${of} needs one of handler, handlers and groupHandler`);
  if (options.groupHandler) {
    assertFunction(options.groupHandler, `groupHandler of ${of}`);
    return { group: options.groupHandler as Group<V, R> };
  }
  if (options.handler) {
    assertFunction(options.handler, `handler of ${of}`);
    return { each: options.handler as Each<V, R> };
  }
  const handlers = new Map(Object.entries(options.handlers ?? {}) as [string, Each<V, R>][]);
  for (const [type, handler] of handlers) assertFunction(handler, `handlers.${type} of ${of}`);
  return { each: (envelope, view) => handlers.get(envelope.type)?.(envelope, view) };
}
