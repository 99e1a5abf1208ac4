/** One generation of a view on its way: one reader, and a worker for each slice. */
import { ProjectionStoppedError } from "../errors/projection-error.ts";
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import type { ViewGeneration, ViewStore } from "../storage/view-store.ts";
import { PauseGate } from "./pause-gate.ts";
import type { ProjectionDefinition } from "./projection-definition.ts";
import type { ProjectionHost } from "./projection-host.ts";
import type { SourceBatch } from "./read-source.ts";
import { sliceOf } from "./slice-of.ts";
import { SliceWorker, type WorkerReports } from "./slice-worker.ts";
import { TransactionConflicts } from "./transaction-conflicts.ts";

/** What a run works with. */
export interface GenerationRunParts {
  readonly host: ProjectionHost;
  readonly definition: ProjectionDefinition;
  readonly store: ViewStore;
  readonly reports: WorkerReports;
  /** Ends when every slice stands at this offset. Default: when it is stopped. */
  readonly until?: number;
}

/** Runs from its making on. */
export class GenerationRun {
  readonly generation: number;
  readonly gate: PauseGate = new PauseGate();
  /** Resolves when it was stopped, when the history ends, or at `until`; rejects when it cannot go on. */
  readonly ended: Promise<void>;
  readonly #parts: GenerationRunParts;
  readonly #workers: readonly SliceWorker[];
  readonly #abort = new AbortController();

  constructor(parts: GenerationRunParts, { generation, offsets }: ViewGeneration) {
    const { definition, host, store, reports } = parts;
    const { name, onFailure: policy } = definition;
    const { clock, entities } = host;
    const { signal } = this.#abort;
    this.#parts = parts;
    this.generation = generation;
    const version = { name, generation };
    const conflicts = new TransactionConflicts();
    this.#workers = offsets.map((offset, slice) => {
      const step = definition.steps.make({
        store,
        version,
        clock,
        slices: offsets.length,
        conflicts,
        entities,
        signal,
      });
      return new SliceWorker(
        { projection: name, store, version, slice, step, policy, gate: this.gate, clock, signal, reports },
        offset,
      );
    });
    this.ended = this.#run();
    // Whoever wants to know awaits it; nobody has to.
    this.ended.catch(() => undefined);
  }

  /** The view contains all events up to here. */
  get offset(): number {
    return this.#workers.reduce((lowest, { offset }) => Math.min(lowest, offset), Number.POSITIVE_INFINITY);
  }

  /** Ends after the steps under way. */
  async stop(): Promise<void> {
    this.#abort.abort(new ProjectionStoppedError(this.#parts.definition.name));
    this.gate.open();
    await this.ended.catch(() => undefined);
  }

  async #run(): Promise<void> {
    const working = this.#workers.map((worker) => worker.run());
    const all = [this.#read(), ...working];
    try {
      await Promise.all(all);
      await Promise.all(this.#workers.map((worker) => worker.storePlace()));
    } catch (error) {
      this.#abort.abort(error);
      for (const { queue } of this.#workers) queue.close();
      await Promise.allSettled(all);
      throw error;
    }
  }

  async #read(): Promise<void> {
    const { host, definition, reports, until } = this.#parts;
    const { signal } = this.#abort;
    const close = (): void => {
      for (const { queue } of this.#workers) queue.close();
    };
    signal.addEventListener("abort", close, { once: true });
    try {
      for await (const batch of host.read(definition.source, this.offset, signal)) {
        const last = until !== undefined && batch.offset >= until;
        await this.#distribute(last ? upTo(batch, until) : batch);
        reports.progressed(0);
        if (last) break;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      for (const { queue } of this.#workers) queue.finish();
    }
  }

  async #distribute({ events, offset }: SourceBatch): Promise<void> {
    const slices = this.#workers.length;
    const parts: EventEnvelope[][] = this.#workers.map(() => []);
    if (slices > 1) for (const event of events) parts[sliceOf(event.persistenceId, slices)]?.push(event);
    const puts: Promise<void>[] = [];
    for (const [slice, worker] of this.#workers.entries()) {
      const part = slices > 1 ? (parts[slice] ?? []) : events;
      if (part.length > 0) puts.push(worker.queue.put(part, offset));
      else worker.pass(offset);
    }
    await Promise.all(puts);
  }
}

function upTo({ events }: SourceBatch, offset: number): SourceBatch {
  return { events: events.filter((event) => event.offset <= offset), offset };
}
