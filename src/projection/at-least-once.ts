/** Effects outside of every store: mail, calls of other services. */
import { isPromiseLike } from "../actor/promise-like.ts";
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import type { ViewStep } from "../storage/view-store.ts";
import { asHandlerFailure } from "./handler-failure.ts";
import { type Handling, handlingOf } from "./handlers.ts";
import type { ViewPlace } from "./projection.ts";
import { definitionOf, type ProjectionDefinition, type ProjectionOptions } from "./projection-definition.ts";
import { effectEventsMax } from "./projection-limits.ts";
import { beginsUnit, type ProjectionStep, placeAfter, type StepParts, timeBox, unitStart } from "./projection-step.ts";

/** What a handler of effects is given beside the event. */
export interface EffectContext {
  /** Aborted when the projection is stopped. */
  readonly signal: AbortSignal;
}

/**
 * A projection whose handlers do something outside. The place is stored after their promises, so each event is handled at least
 * once: after a crash the last of them, up to 100, are handled again.
 *
 * @throws TypeError when an option is missing or of the wrong kind
 */
export function atLeastOnce<E>(
  options: ProjectionOptions<E> & ViewPlace & Handling<E, EffectContext, unknown>,
): ProjectionDefinition {
  const handling = handlingOf(options, `atLeastOnce ${options?.name}`);
  return definitionOf(options, "atLeastOnce", {
    store: options.store,
    rebuildable: false,
    steps: {
      begin: (store, name, offsets) => store.begin(name, offsets),
      make: (parts) => new EffectStep(parts, handling),
    },
  });
}

type EffectHandlers =
  | { readonly each: (envelope: EventEnvelope, context: EffectContext) => unknown }
  | { readonly group: (envelopes: readonly EventEnvelope[], context: EffectContext) => unknown };

/** See {@link ProjectionStep}; only that what was done stays done when it fails. */
class EffectStep implements ProjectionStep {
  readonly #parts: StepParts;
  readonly #handlers: EffectHandlers;

  constructor(parts: StepParts, handlers: EffectHandlers) {
    this.#parts = parts;
    this.#handlers = handlers;
  }

  async run(events: readonly EventEnvelope[], step: ViewStep): Promise<number> {
    const handled = await this.#handle(events);
    await this.#parts.store.commit({ ...placeAfter(events, handled, step), changes: [] });
    return handled;
  }

  async #handle(events: readonly EventEnvelope[]): Promise<number> {
    const { signal, clock } = this.#parts;
    const context = { signal };
    if ("group" in this.#handlers) {
      let end = Math.min(events.length, effectEventsMax);
      while (end < events.length && !beginsUnit(events, end)) end++;
      const group = events.slice(0, end);
      try {
        await this.#handlers.group(group, context);
      } catch (error) {
        throw asHandlerFailure(0, group.length, error);
      }
      return end;
    }
    const isOver = timeBox(clock);
    for (const [index, envelope] of events.entries()) {
      const full = index >= effectEventsMax || signal.aborted || isOver();
      if (index > 0 && full && beginsUnit(events, index)) return index;
      try {
        const handling = this.#handlers.each(envelope, context);
        if (isPromiseLike(handling)) await handling;
      } catch (error) {
        const start = unitStart(events, index);
        // Those before it are done; that is stored, and then it is met again as the first.
        if (start > 0) return start;
        throw asHandlerFailure(0, 1, error);
      }
    }
    return events.length;
  }
}
