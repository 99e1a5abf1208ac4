/** How a projection stands, and who is told when it fails. */
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import { isStoreFailure } from "./handler-failure.ts";
import type { ProjectionHost } from "./projection-host.ts";
import type { WorkerReports } from "./slice-worker.ts";

/**
 * - `starting`: its place is being read.
 * - `running`: it handles what comes.
 * - `retrying`: a handler or the store has failed, and is tried again.
 * - `paused`: it waits for `resume`.
 * - `stopped`: by `stop`, or by the end of the actor system.
 * - `failed`: it has stopped by itself; `lastError` says why.
 */
export type ProjectionState = "starting" | "running" | "retrying" | "paused" | "stopped" | "failed";

/** See {@link RunningProjection.status}. */
export interface ProjectionStatus {
  readonly name: string;
  readonly state: ProjectionState;
  /** The view contains everything up to here. */
  readonly offset: number;
  /** How many events of the store come after that, whether they concern the projection or not. */
  readonly lagEvents: number;
  /** How old the last event is that was handled, in milliseconds, when there are later ones; otherwise 0. */
  readonly lagMs: number;
  /** How many events were handled since it was made. */
  readonly handledEvents: number;
  /** How many of them were skipped. */
  readonly skippedEvents: number;
  /** The last failure of a handler or of the store, also when it is over. */
  readonly lastError: unknown;
  /** How far the new view is while it is rebuilt. */
  readonly rebuild: { readonly offset: number; readonly lagEvents: number } | undefined;
}

/** One per running projection. */
export class StatusBoard {
  state: ProjectionState = "stopped";
  lastError: unknown;
  readonly #projection: string;
  readonly #host: ProjectionHost;
  #handled = 0;
  #skipped = 0;
  #lastTimestamp: number | undefined;
  #highestOffset = 0;

  constructor(projection: string, host: ProjectionHost) {
    this.#projection = projection;
    this.#host = host;
  }

  /** What the workers of the live generation tell. */
  readonly reports: WorkerReports = {
    progressed: (handled, last) => {
      this.#handled += handled;
      if (last) this.#lastTimestamp = last.timestamp;
      if (this.state === "retrying" && handled > 0) this.state = "running";
    },
    failed: (event, error) => {
      if (this.state === "running" || this.state === "starting") this.state = "retrying";
      this.failed(event, error, true);
    },
    recovered: () => {
      if (this.state === "retrying") this.state = "running";
    },
    skipped: (event, error) => {
      this.#skipped++;
      this.lastError = error;
      this.#host.tell({ type: "EventSkipped", projection: this.#projection, at: placeOf(event), error });
    },
  };

  failed(event: EventEnvelope | undefined, error: unknown, willRetry: boolean): void {
    this.lastError = error;
    const at = event && { at: placeOf(event) };
    this.#host.tell({ type: "ProjectionFailed", projection: this.#projection, ...at, error, willRetry });
  }

  /** After the end of the system, the last one that was seen. */
  #currentOffset(): number {
    try {
      this.#highestOffset = this.#host.currentOffset();
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
    }
    return this.#highestOffset;
  }

  status(offset: number, building: number | undefined): ProjectionStatus {
    const current = this.#currentOffset();
    const lagEvents = Math.max(0, current - offset);
    const now = this.#host.clock.now();
    return {
      name: this.#projection,
      state: this.state,
      offset,
      lagEvents,
      lagMs: lagEvents === 0 ? 0 : Math.max(0, now - (this.#lastTimestamp ?? now)),
      handledEvents: this.#handled,
      skippedEvents: this.#skipped,
      lastError: this.lastError,
      rebuild: building === undefined ? undefined : { offset: building, lagEvents: Math.max(0, current - building) },
    };
  }
}

function placeOf({
  persistenceId,
  sequenceNr,
  offset,
}: EventEnvelope): Pick<EventEnvelope, "persistenceId" | "sequenceNr" | "offset"> {
  return { persistenceId, sequenceNr, offset };
}
