/** What a running projection needs of its surroundings; an actor system has all of it. */
import type { SystemEvent } from "../actor/system-event.ts";
import type { Clock } from "../clock.ts";
import type { EventSource } from "./event-source.ts";
import type { EntityAccess } from "./projection-step.ts";
import type { SourceBatch } from "./read-source.ts";

/** See {@link runProjection}. */
export interface ProjectionHost {
  readonly clock: Clock;
  readonly entities: EntityAccess;
  /** The offset of the last durable event. */
  currentOffset(): number;
  /** Stored events after `fromOffset`, then new ones as they come, until the signal is aborted. */
  read(source: EventSource, fromOffset: number, signal: AbortSignal): AsyncIterable<SourceBatch>;
  tell(event: SystemEvent): void;
}
