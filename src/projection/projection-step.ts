/** How a projection takes its view further: the one thing in which the kinds of projections differ. */
import type { Clock } from "../clock.ts";
import type { EntityRef } from "../persistence/entity-ref.ts";
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import type { EventSourcedDefinition } from "../persistence/event-sourced.ts";
import type { StoredView, ViewStep, ViewStore, ViewVersion } from "../storage/view-store.ts";
import { transactionMsMax } from "./projection-limits.ts";
import type { TransactionConflicts } from "./transaction-conflicts.ts";

/** Handles events and stores what comes of it with the place. */
export interface ProjectionStep {
  /**
   * Handles the events, or, when that takes too long, only the first of them, and stores all that comes of it with the place.
   *
   * @param step the place when all events were handled
   * @returns how many were handled
   * @throws HandlerFailure when a handler failed, anything else when the store did; nothing is stored then
   */
  run(events: readonly EventEnvelope[], step: ViewStep): Promise<number>;
}

/** Reaches entities; an actor system does. */
export interface EntityAccess {
  entityRef<C, E, S>(definition: EventSourcedDefinition<C, E, S>, entityId: string): EntityRef<C>;
}

/** What a step works with. */
export interface StepParts {
  readonly store: ViewStore;
  readonly version: ViewVersion;
  readonly clock: Clock;
  readonly slices: number;
  readonly conflicts: TransactionConflicts;
  readonly entities: EntityAccess;
  /** Aborted when the projection is stopped. */
  readonly signal: AbortSignal;
}

/** What is different about a kind of projection. */
export interface StepFactory {
  /** Begins a generation. */
  begin(store: ViewStore, name: string, offsets: readonly number[]): Promise<StoredView>;
  make(parts: StepParts): ProjectionStep;
}

/** Tells when a transaction should take no further event. */
export function timeBox(clock: Clock): () => boolean {
  const end = clock.monotonic() + transactionMsMax;
  return () => clock.monotonic() >= end;
}

/** Whether a transaction may end before this event: those that one stored event was split into stay together. */
export function beginsUnit(events: readonly EventEnvelope[], index: number): boolean {
  return index === 0 || events[index - 1]?.offset !== events[index]?.offset;
}

/** The place after the first `handled` of the events. */
export function placeAfter(events: readonly EventEnvelope[], handled: number, step: ViewStep): ViewStep {
  if (handled >= events.length) return step;
  return { ...step, offset: events[handled - 1]?.offset ?? step.expectedOffset };
}

/** The first event of the unit that `index` is in. */
export function unitStart(events: readonly EventEnvelope[], index: number): number {
  let start = index;
  while (!beginsUnit(events, start)) start--;
  return start;
}

/** Where the unit ends that begins at `start`. */
export function unitEnd(events: readonly EventEnvelope[], start: number): number {
  let end = start + 1;
  while (end < events.length && !beginsUnit(events, end)) end++;
  return end;
}
