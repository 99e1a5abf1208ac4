/** Takes a view of keys and values further: all changes of a run of events, and the place, in one commit. */
import { isPromiseLike } from "../actor/promise-like.ts";
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import type { EmittedEvents, ViewStep } from "../storage/view-store.ts";
import { EntryCache } from "./entry-cache.ts";
import { asHandlerFailure } from "./handler-failure.ts";
import { beginsUnit, type ProjectionStep, placeAfter, type StepParts, timeBox, unitStart } from "./projection-step.ts";
import { BufferedTransaction, type ViewTransaction } from "./view-transaction.ts";

/** How often the clock is looked at, in events. */
const eventsPerLook = 16;

/** What a transaction hands to its handlers, and takes back from them. */
export interface Attempt<T> {
  readonly view: T;
  /** What is to be stored beside the changes of the view. */
  readonly emitted?: () => readonly EmittedEvents[];
}

/** The handlers: one event after the other, or all at once. */
export type EntryHandlers<T> =
  | { readonly each: (envelope: EventEnvelope, view: T) => void | Promise<void> }
  | { readonly group: (envelopes: readonly EventEnvelope[], view: T) => void | Promise<void> };

/** See {@link ProjectionStep}. */
export class EntryStep<T> implements ProjectionStep {
  readonly #parts: StepParts;
  readonly #handlers: EntryHandlers<T>;
  /** Another slice would change entries behind it. */
  readonly #cache: EntryCache | undefined;
  readonly #attempt: (view: ViewTransaction, parts: StepParts) => Attempt<T>;

  constructor(
    parts: StepParts,
    handlers: EntryHandlers<T>,
    attempt: (view: ViewTransaction, parts: StepParts) => Attempt<T>,
  ) {
    this.#parts = parts;
    this.#handlers = handlers;
    this.#attempt = attempt;
    this.#cache = parts.slices === 1 ? new EntryCache() : undefined;
  }

  async run(events: readonly EventEnvelope[], step: ViewStep): Promise<number> {
    for (let part = events; ; part = part.slice(0, unitStart(part, part.length >> 1) || part.length)) {
      const handled = await this.#try(
        part,
        part.length === events.length ? step : placeAfter(events, part.length, step),
      );
      if (handled !== undefined) return handled;
    }
  }

  /** Returns undefined when another slice has changed what was read. */
  async #try(events: readonly EventEnvelope[], step: ViewStep): Promise<number | undefined> {
    const { store, version, conflicts, slices } = this.#parts;
    const reads = slices > 1 ? conflicts.begin() : undefined;
    if (step.expectedOffset === 0) this.#cache?.begin();
    try {
      const transaction = new BufferedTransaction(store, version, reads, this.#cache);
      const attempt = this.#attempt(transaction, this.#parts);
      const handled = await this.#handle(events, attempt.view);
      const { changes } = transaction;
      const emitted = attempt.emitted?.() ?? [];
      const place = placeAfter(events, handled, step);
      const commit = { ...place, changes, ...(emitted.length > 0 && { events: emitted }) };
      if (!reads) {
        await store.commit(commit);
        this.#cache?.absorb(transaction.texts);
      } else if (!(await conflicts.commit(reads, changes, () => store.commit(commit)))) return undefined;
      return handled;
    } catch (error) {
      this.#cache?.clear();
      throw error;
    } finally {
      if (reads) conflicts.end(reads);
    }
  }

  async #handle(events: readonly EventEnvelope[], view: T): Promise<number> {
    if ("group" in this.#handlers) {
      await this.#group(events, this.#handlers.group, view);
      return events.length;
    }
    const { each } = this.#handlers;
    const isOver = timeBox(this.#parts.clock);
    for (const [index, envelope] of events.entries()) {
      if (index % eventsPerLook === 0 && index > 0 && isOver() && beginsUnit(events, index)) return index;
      try {
        const handling = each(envelope, view);
        if (isPromiseLike(handling)) await handling;
      } catch (error) {
        throw asHandlerFailure(unitStart(events, index), 1, error);
      }
    }
    return events.length;
  }

  async #group(
    events: readonly EventEnvelope[],
    handle: (envelopes: readonly EventEnvelope[], view: T) => void | Promise<void>,
    view: T,
  ): Promise<void> {
    try {
      await handle(events, view);
    } catch (error) {
      throw asHandlerFailure(0, events.length, error);
    }
  }
}
