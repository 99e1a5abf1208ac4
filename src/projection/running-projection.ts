/** A projection that runs: it can be watched, waited for, paused, rebuilt and stopped. */

import { ProjectionStoppedError } from "../errors/projection-error.ts";
import { NameTakenError } from "../errors.ts";
import { generationOf } from "../storage/view-changes.ts";
import type { StoredView, ViewStore } from "../storage/view-store.ts";
import { GenerationRun, type GenerationRunParts } from "./generation-run.ts";
import { OffsetWaiters, type WaitOptions } from "./offset-waiters.ts";
import { evenOffsets, openView, whileStoreFails } from "./open-view.ts";
import type { ProjectionDefinition } from "./projection-definition.ts";
import type { ProjectionHost } from "./projection-host.ts";
import { type ProjectionStatus, StatusBoard } from "./projection-status.ts";
import { readView, type ViewReader } from "./view-reader.ts";

/** The projections that run, by the store of their views. */
const runningNames = new WeakMap<ViewStore, Set<string>>();

/** From a start to its end. */
interface Session {
  readonly abort: AbortController;
  /** Never rejects. */
  readonly over: Promise<void>;
}

/** Made by `runProjection`. */
export class RunningProjection {
  readonly name: string;
  readonly #host: ProjectionHost;
  readonly #definition: ProjectionDefinition;
  readonly #store: ViewStore;
  readonly #waiters: OffsetWaiters;
  readonly #buildWaiters: OffsetWaiters;
  readonly #board: StatusBoard;
  #live: GenerationRun | undefined;
  #building: GenerationRun | undefined;
  #rebuilding: Promise<void> | undefined;
  /** While the live run is exchanged. Never rejects. */
  #switching: Promise<void> | undefined;
  #paused = false;
  #session: Session | undefined;

  constructor(definition: ProjectionDefinition, store: ViewStore, host: ProjectionHost) {
    this.name = definition.name;
    this.#definition = definition;
    this.#store = store;
    this.#host = host;
    this.#waiters = new OffsetWaiters(this.name, host.clock);
    this.#buildWaiters = new OffsetWaiters(this.name, host.clock);
    this.#board = new StatusBoard(this.name, host);
  }

  /** The entries of the view; a view of tables has none. */
  get view(): ViewReader {
    return readView(this.#store, this.name);
  }

  /** Goes on where the view stands. Does nothing when it runs. @throws NameTakenError when another one runs under this name */
  start(): void {
    if (this.#session) return;
    const names = runningNames.get(this.#store) ?? new Set();
    runningNames.set(this.#store, names);
    if (names.has(this.name)) throw new NameTakenError(this.name);
    names.add(this.name);
    this.#board.state = this.#paused ? "paused" : "starting";
    this.#board.lastError = undefined;
    const abort = new AbortController();
    const over = this.#run(abort.signal).then(
      () => this.#ended("stopped", undefined),
      (error: unknown) => this.#ended("failed", error),
    );
    this.#session = { abort, over };
  }

  /** Resolves when the steps under way are over and the place is stored. */
  async stop(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    session.abort.abort(new ProjectionStoppedError(this.name));
    await Promise.all([this.#building?.stop(), this.#live?.stop()]);
    await session.over;
  }

  /** Resolves when nothing is under way. What comes meanwhile is handled after {@link resume}. */
  async pause(): Promise<void> {
    this.#paused = true;
    if (this.#session) this.#board.state = "paused";
    await Promise.all([this.#live?.gate.close(), this.#building?.gate.close()]);
  }

  resume(): void {
    this.#paused = false;
    if (this.#board.state === "paused") this.#board.state = this.#live ? "running" : "starting";
    this.#live?.gate.open();
    this.#building?.gate.open();
  }

  /** How it stands now. */
  status(): ProjectionStatus {
    return this.#board.status(this.#live?.offset ?? 0, this.#building?.offset);
  }

  /**
   * Resolves when the view contains everything up to this offset, such as `askWithOffset` gives.
   *
   * @throws ProjectionTimeoutError, ProjectionStoppedError when the projection does not run, or the reason of the signal
   */
  async waitFor(offset: number, options: WaitOptions = {}): Promise<void> {
    const reached = (): number => this.#live?.offset ?? 0;
    if (!this.#session && !(reached() >= offset)) throw this.#stopped();
    await this.#waiters.wait(offset, reached, options);
  }

  /**
   * Builds the view anew from the whole history, while the old one goes on serving; then the new one takes its place at once. A
   * rebuild that the end of the process cut off goes on with the next start. Resolves when the new view serves.
   *
   * @throws TypeError for a projection whose effects lie outside of its view; ProjectionStoppedError when the projection does not
   * run, or is stopped meanwhile; whatever made the new view fail: then the old one goes on
   */
  async rebuild(): Promise<void> {
    const { rebuildable, slices, steps } = this.#definition;
    if (!rebuildable) {
      const why = "what it does lies outside of its view, and would be done twice";
      throw new TypeError(`The projection ${this.name} cannot be rebuilt: ${why}`);
    }
    if (!this.#session || !this.#live) throw this.#stopped();
    const { signal } = this.#session.abort;
    this.#rebuilding ??= this.#whole(async () => {
      await this.#build(await steps.begin(this.#store, this.name, evenOffsets(slices, 0)), signal);
    });
    await this.#rebuilding;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const parts = this.#parts(this.#waiters, () => this.#live);
    const view = await whileStoreFails(parts, signal, () => openView(parts, signal));
    if (!view || signal.aborted) return;
    this.#live = this.#begin(view, view.live, parts);
    if (this.#board.state !== "paused") this.#board.state = "running";
    this.#waiters.reached(this.#live.offset);
    if (view.generations.length > 1) {
      this.#rebuilding = this.#whole(() => this.#build(view, signal));
      // Nobody has called for it now; what goes wrong is in the status.
      this.#rebuilding.catch((error: unknown) => {
        if (!signal.aborted) this.#board.failed(undefined, error, false);
      });
    }
    for (let run: GenerationRun | undefined; run !== this.#live; ) {
      run = this.#live;
      await run?.ended;
      await this.#switching;
    }
  }

  async #ended(state: "stopped" | "failed", error: unknown): Promise<void> {
    const abort = this.#session?.abort;
    abort?.abort(new ProjectionStoppedError(this.name, error));
    await this.#building?.stop();
    await this.#rebuilding?.catch(() => undefined);
    runningNames.get(this.#store)?.delete(this.name);
    this.#session = undefined;
    this.#board.state = state;
    if (state === "failed") this.#board.failed(undefined, error, false);
    this.#waiters.reject(this.#stopped());
  }

  /** Takes the generation that is not live up to where the live one is, and exchanges them. */
  async #build(view: StoredView, signal: AbortSignal): Promise<void> {
    const next = view.generations.find(({ generation }) => generation !== view.live);
    const live = this.#live;
    if (!next || !live) throw this.#stopped();
    const parts = this.#parts(this.#buildWaiters, () => this.#building ?? this.#live);
    const run = this.#begin(view, next.generation, parts);
    this.#building = run;
    const failed = run.ended.then(() => {
      throw this.#stopped();
    });
    try {
      await Promise.race([failed, this.#reach(run, () => live.offset)]);
      const switching = Promise.race([failed, this.#switch(live, run, signal)]);
      this.#switching = switching.catch(() => undefined);
      await switching;
    } catch (error) {
      this.#building = undefined;
      await run.stop();
      if (!this.#paused) live.gate.open();
      // Stopped, it goes on with the next start; failed, it is given up.
      if (!signal.aborted) await this.#store.drop(this.name, next.generation);
      throw error;
    } finally {
      this.#switching = undefined;
    }
  }

  async #reach(run: GenerationRun, offset: () => number): Promise<void> {
    while (run.offset < offset()) {
      await this.#buildWaiters.wait(offset(), () => run.offset, { timeoutMs: Number.POSITIVE_INFINITY });
    }
  }

  async #switch(live: GenerationRun, run: GenerationRun, signal: AbortSignal): Promise<void> {
    await live.gate.close();
    const end = live.offset;
    await this.#reach(run, () => end);
    await live.stop();
    const { generation } = run;
    const parts = this.#parts(this.#buildWaiters, () => run);
    await whileStoreFails(parts, signal, () => this.#store.switchTo({ name: this.name, generation }));
    signal.throwIfAborted();
    this.#live = run;
    this.#building = undefined;
    this.#waiters.reached(run.offset);
  }

  #begin(view: StoredView, generation: number, parts: GenerationRunParts): GenerationRun {
    const found = generationOf(view, generation) ?? { generation, offsets: [0] };
    const run = new GenerationRun(parts, found);
    if (this.#paused) run.gate.close().catch(() => undefined);
    return run;
  }

  /** @param run the one whose waiters are to be told; the reports of a run that has become live are those of the live one */
  #parts(waiters: OffsetWaiters, run: () => GenerationRun | undefined): GenerationRunParts {
    const { reports } = this.#board;
    return {
      host: this.#host,
      definition: this.#definition,
      store: this.#store,
      reports: {
        ...reports,
        progressed: (handled, last) => {
          const present = run();
          if (present === undefined || present === this.#live) {
            reports.progressed(handled, last);
            if (present) this.#waiters.reached(present.offset);
          }
          if (present) waiters.reached(present.offset);
        },
      },
    };
  }

  #whole(rebuild: () => Promise<void>): Promise<void> {
    return rebuild().finally(() => {
      this.#rebuilding = undefined;
    });
  }

  #stopped(): ProjectionStoppedError {
    const { state, lastError } = this.#board;
    return new ProjectionStoppedError(this.name, state === "failed" ? lastError : undefined);
  }
}
