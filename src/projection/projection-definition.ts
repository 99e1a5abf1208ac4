/** What every kind of projection is, once it is defined. */
import { assertName } from "../actor/actor-name.ts";
import type { ViewStore } from "../storage/view-store.ts";
import type { EventSource } from "./event-source.ts";
import { type FailureOptions, type FailurePolicy, failurePolicy } from "./failure-policy.ts";
import { slicesMax } from "./projection-limits.ts";
import type { StepFactory } from "./projection-step.ts";

/** A projection, ready for `runProjection`. Made by `projection`, `sqlProjection`, `atLeastOnce`, `transformation` or `processManager`. */
export interface ProjectionDefinition {
  readonly kind: "projection";
  readonly name: string;
  readonly source: EventSource;
  readonly slices: number;
  readonly onFailure: FailurePolicy;
  /** Where the view and the place are; undefined for the storage of the actor system. */
  readonly store: ViewStore | undefined;
  /** Whether the view can be built anew from the history. */
  readonly rebuildable: boolean;
  readonly steps: StepFactory;
}

/** What all kinds of projections take. */
export interface ProjectionOptions<E> {
  /** A stable name: the place of the projection is stored under it. */
  readonly name: string;
  /** Made by `allEvents`, `eventsOf`, `eventsByTag` or `eventsByPersistenceId`. */
  readonly source: EventSource<E>;
  /** How many slices of persistence ids are worked on side by side; the events of one id stay in order. Default 1. */
  readonly slices?: number;
  /** What becomes of an event whose handler fails. Default: 5 retries, then stop. */
  readonly onFailure?: FailureOptions;
}

/** @throws TypeError when an option is missing or of the wrong kind */
export function definitionOf<E>(
  options: ProjectionOptions<E>,
  maker: string,
  rest: Pick<ProjectionDefinition, "store" | "rebuildable" | "steps">,
): ProjectionDefinition {
  if (typeof options !== "object" || options === null) throw new TypeError(`${maker} takes an object of options`);
  const { name, source, slices = 1 } = options;
  assertName(name, "the name of a projection");
  if (name.includes("\0")) throw new TypeError("the name of a projection must not contain NUL");
  const of = `of the projection ${name}`;
  if (typeof source?.wants !== "function")
    throw new TypeError(`source ${of} must be made by allEvents(), eventsOf() or the like`);
  if (!Number.isSafeInteger(slices) || slices < 1 || slices > slicesMax)
    throw new TypeError(`slices ${of} must be a whole number from 1 to ${slicesMax}, not ${String(slices)}`);
  return { kind: "projection", name, source, slices, onFailure: failurePolicy(options.onFailure, of), ...rest };
}

/** @throws TypeError when it is no function */
export function assertFunction(value: unknown, what: string): void {
  if (typeof value !== "function") throw new TypeError(`${what} must be a function`);
}
