/** The door `rekindle/projection`: read models, effects, transformations and process managers. */

export {
  CommandRejectedError,
  ProjectionFailedError,
  ProjectionStoppedError,
  ProjectionTimeoutError,
} from "./errors/projection-error.ts";
export { ViewConflictError } from "./errors/view-conflict-error.ts";
export { atLeastOnce, type EffectContext } from "./projection/at-least-once.ts";
export {
  type AnyDefinition,
  allEvents,
  type EventSource,
  eventsByPersistenceId,
  eventsByTag,
  eventsOf,
} from "./projection/event-source.ts";
export type { FailureOptions } from "./projection/failure-policy.ts";
export type { WaitOptions } from "./projection/offset-waiters.ts";
export type { ProcessAskOptions, ProcessContext } from "./projection/process-context.ts";
export { type ProcessHandler, processManager } from "./projection/process-manager.ts";
export { projection } from "./projection/projection.ts";
export type { ProjectionDefinition, ProjectionOptions } from "./projection/projection-definition.ts";
export type { ProjectionState, ProjectionStatus } from "./projection/projection-status.ts";
export { runProjection } from "./projection/run-projection.ts";
export type { RunningProjection } from "./projection/running-projection.ts";
export { sqlProjection } from "./projection/sql-projection.ts";
export {
  type EmitOptions,
  type TransformationContext,
  type TransformationHandler,
  transformation,
} from "./projection/transformation.ts";
export { readView, type ViewReader } from "./projection/view-reader.ts";
export type { ViewTransaction } from "./projection/view-transaction.ts";
export type {
  SqlDatabase,
  SqlTransaction,
  SqlViewStore,
  StoredView,
  ViewRange,
  ViewStore,
} from "./storage/view-store.ts";
