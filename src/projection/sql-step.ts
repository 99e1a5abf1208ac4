/** Takes tables further: the statements of the handlers and the place in one transaction, in which nobody waits. */
import { isPromiseLike } from "../actor/promise-like.ts";
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import type { SqlTransaction, SqlViewStore, ViewStep } from "../storage/view-store.ts";
import { asHandlerFailure } from "./handler-failure.ts";
import { beginsUnit, type ProjectionStep, placeAfter, type StepParts, timeBox, unitStart } from "./projection-step.ts";

/** The handlers: one event after the other, or all at once. */
export type SqlHandlers =
  | { readonly each: (envelope: EventEnvelope, sql: SqlTransaction) => void }
  | { readonly group: (envelopes: readonly EventEnvelope[], sql: SqlTransaction) => void };

/** See {@link ProjectionStep}. */
export class SqlStep implements ProjectionStep {
  readonly #parts: StepParts;
  readonly #store: SqlViewStore;
  readonly #handlers: SqlHandlers;

  constructor(parts: StepParts, store: SqlViewStore, handlers: SqlHandlers) {
    this.#parts = parts;
    this.#store = store;
    this.#handlers = handlers;
  }

  async run(events: readonly EventEnvelope[], step: ViewStep): Promise<number> {
    let handled = 0;
    await this.#store.transact(step, (sql) => {
      handled = this.#handle(events, sql);
      return placeAfter(events, handled, step).offset;
    });
    return handled;
  }

  #handle(events: readonly EventEnvelope[], sql: SqlTransaction): number {
    const handlers = this.#handlers;
    if ("group" in handlers) {
      this.#guard(0, events.length, () => handlers.group(events, sql));
      return events.length;
    }
    const isOver = timeBox(this.#parts.clock);
    for (const [index, envelope] of events.entries()) {
      if (index > 0 && isOver() && beginsUnit(events, index)) return index;
      this.#guard(unitStart(events, index), 1, () => handlers.each(envelope, sql));
    }
    return events.length;
  }

  #guard(index: number, given: number, handle: () => unknown): void {
    let handling: unknown;
    try {
      handling = handle();
    } catch (error) {
      // Whether it is the store's fault is for the store to say.
      throw asHandlerFailure(index, given, error);
    }
    if (!isPromiseLike(handling)) return;
    handling.then(undefined, () => undefined);
    const message = "a handler of tables must not wait: others would write into its transaction; do not make it async";
    throw asHandlerFailure(index, given, new TypeError(message));
  }
}
