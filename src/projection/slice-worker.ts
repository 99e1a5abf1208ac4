/** Takes one slice of a generation further, in order: retries, skips, and finds its place again after a failure of the store. */
import type { Clock } from "../clock.ts";
import { ProjectionFailedError, ProjectionStoppedError } from "../errors/projection-error.ts";
import { ViewConflictError } from "../errors/view-conflict-error.ts";
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import { generationOf } from "../storage/view-changes.ts";
import type { ViewStep, ViewStore, ViewVersion } from "../storage/view-store.ts";
import { delay } from "./delay.ts";
import { EventQueue } from "./event-queue.ts";
import type { FailurePolicy } from "./failure-policy.ts";
import { HandlerFailure, isStoreFailure } from "./handler-failure.ts";
import type { PauseGate } from "./pause-gate.ts";
import { idleOffsetsMax, storeBackoffMs } from "./projection-limits.ts";
import { type ProjectionStep, unitEnd } from "./projection-step.ts";
import type { SourceBatch } from "./read-source.ts";

/** What a worker tells while it works. */
export interface WorkerReports {
  /** The view may contain more. */
  progressed(handled: number, last?: EventEnvelope): void;
  /** It is tried again. Without an event it is the store that failed. */
  failed(event: EventEnvelope | undefined, error: unknown): void;
  skipped(event: EventEnvelope, error: unknown): void;
  /** The store can be read again. */
  recovered(): void;
}

/** What a worker works with. */
export interface WorkerParts {
  readonly projection: string;
  readonly store: ViewStore;
  readonly version: ViewVersion;
  readonly slice: number;
  readonly step: ProjectionStep;
  readonly policy: FailurePolicy;
  readonly gate: PauseGate;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly reports: WorkerReports;
}

/** One per slice. */
export class SliceWorker {
  readonly queue: EventQueue;
  readonly #parts: WorkerParts;
  /** What is stored of the place. */
  #stored: number;
  #storeFailures = 0;

  constructor(parts: WorkerParts, offset: number) {
    this.#parts = parts;
    this.#stored = offset;
    this.queue = new EventQueue(offset);
  }

  /** The view contains all events of this slice up to here. */
  get offset(): number {
    return this.queue.isIdle ? Math.max(this.#stored, this.queue.offset) : this.#stored;
  }

  /** Works until the queue has ended. @throws ProjectionFailedError when an event cannot be handled */
  async run(): Promise<void> {
    for (let batch = await this.queue.take(); batch; batch = await this.queue.take()) {
      // Stopped on the way, it leaves the batch in hand: its end is not the place.
      if (!(await this.#handle(batch))) return;
      this.queue.done();
      this.#parts.reports.progressed(0);
    }
  }

  /** The place moves on without events: it is stored now and then. */
  pass(offset: number): void {
    this.queue.pass(offset);
    if (this.queue.isIdle && offset - this.#stored >= idleOffsetsMax) this.queue.wantPlace();
  }

  /** Stores a place that has moved past events of others. Only when {@link run} is over. */
  async storePlace(): Promise<void> {
    try {
      await this.#storeAt(this.offset);
    } catch (error) {
      // It does no harm to look at those events again.
      if (!isStoreFailure(error)) throw error;
    }
  }

  /** Whether it came to the end of the batch. */
  async #handle({ events, offset }: SourceBatch): Promise<boolean> {
    const { gate, policy, signal } = this.#parts;
    let rest = events.filter((event) => event.offset > this.#stored);
    let limit = rest.length;
    let attempts = 0;
    while (rest.length > 0 && !signal.aborted) {
      const part = limit < rest.length ? rest.slice(0, limit) : rest;
      try {
        const end = part.length === rest.length ? offset : (part.at(-1)?.offset ?? offset);
        const handled = await gate.through(() => this.#run(part, end));
        rest = rest.slice(handled);
        attempts = 0;
        limit = rest.length;
      } catch (error) {
        if (signal.aborted) return false;
        if (!(error instanceof HandlerFailure)) {
          await this.#recover(error);
          rest = rest.filter((event) => event.offset > this.#stored);
        } else if (error.index > 0) {
          // Those before it first; then it is the first.
          limit = error.index;
        } else if (attempts < policy.retries) {
          await this.#backOff(part[0], error.cause, ++attempts);
        } else if (error.given > unitEnd(part, 0)) {
          // A group has failed: each event alone, so that only the one that is to blame is given up.
          limit = unitEnd(part, 0);
        } else {
          rest = rest.slice(await this.#giveUp(part, error.cause));
          attempts = 0;
          limit = rest.length;
        }
      }
    }
    if (events.length === 0) await this.#storeAt(offset).catch((error: unknown) => this.#recover(error));
    return rest.length === 0;
  }

  async #run(part: readonly EventEnvelope[], offset: number): Promise<number> {
    // A pause may have been long.
    if (this.#parts.signal.aborted) return 0;
    const handled = await this.#parts.step.run(part, this.#step(offset));
    const last = part[handled - 1];
    this.#stored = handled === part.length ? offset : (last?.offset ?? this.#stored);
    this.#storeFailures = 0;
    this.#parts.reports.progressed(handled, last);
    return handled;
  }

  #step(offset: number): ViewStep {
    const { version, slice } = this.#parts;
    return { ...version, slice, expectedOffset: this.#stored, offset };
  }

  async #storeAt(offset: number): Promise<void> {
    if (offset <= this.#stored) return;
    await this.#parts.store.commit({ ...this.#step(offset), changes: [] });
    this.#stored = offset;
  }

  async #backOff(event: EventEnvelope | undefined, error: unknown, attempt: number): Promise<void> {
    const { policy, reports, clock, signal } = this.#parts;
    reports.failed(event, error);
    await delay(clock, Math.min(policy.minBackoffMs * 2 ** (attempt - 1), policy.maxBackoffMs), signal);
  }

  /** Skips the events of one unit, or stops. Returns how many they are. */
  async #giveUp(part: readonly EventEnvelope[], error: unknown): Promise<number> {
    const { policy, reports, projection, signal } = this.#parts;
    const [event] = part;
    if (!event) return 0;
    if (policy.action === "stop") throw new ProjectionFailedError(projection, event, error);
    while (this.#stored < event.offset && !signal.aborted) {
      await this.#storeAt(event.offset).catch((failure: unknown) => this.#recover(failure));
    }
    if (this.#stored < event.offset) return 0;
    const skipped = unitEnd(part, 0);
    reports.skipped(event, error);
    reports.progressed(skipped, part[skipped - 1]);
    return skipped;
  }

  /** Whether the last step is stored is not known: the place tells, once the store can be read again. */
  async #recover(error: unknown): Promise<void> {
    const { store, version, slice, reports, clock, signal, projection } = this.#parts;
    if (!isStoreFailure(error)) throw error;
    if (signal.aborted) return;
    reports.failed(undefined, error);
    if (!(error instanceof ViewConflictError))
      await delay(clock, Math.min(storeBackoffMs.min * 2 ** this.#storeFailures++, storeBackoffMs.max), signal);
    if (signal.aborted) return;
    let stored: number | undefined;
    try {
      stored = generationOf(await store.find(version.name), version.generation)?.offsets[slice];
    } catch (failure) {
      if (isStoreFailure(failure)) return;
      throw failure;
    }
    // Nobody but this projection takes a view further; one that was dropped or goes back is begun anew by whoever did it.
    if (stored === undefined || stored < this.#stored) throw new ProjectionStoppedError(projection, error);
    this.#stored = stored;
    reports.recovered();
  }
}
