/** One life of an entity: first it recovers, then it runs; both phases meet their surroundings here. */
import type { ActorCell } from "../actor/actor-cell.ts";
import type { ActorRef } from "../actor/actor-ref.ts";
import type { Envelope } from "../actor/envelope.ts";
import type { EndReason, Incarnation } from "../actor/incarnation.ts";
import { IncarnationTimers } from "../actor/timers.ts";
import {
  ActorFailedError,
  ActorStoppedError,
  PersistFailedError,
  PersistRejectedError,
  type SerializationError,
  VersionConflictError,
} from "../errors.ts";
import type { SnapshotRecord } from "../storage/snapshot-store.ts";
import type { EventRecord, Metadata } from "../storage/stored-event.ts";
import type { EntityHost } from "./entity-host.ts";
import type { EntityType } from "./entity-type.ts";
import type { CommandContext } from "./event-sourced.ts";
import { OutputGate } from "./output-gate.ts";
import { recover } from "./recovery.ts";
import { Running, type RunningSeat } from "./running.ts";
import type { Signal } from "./signal.ts";
import { Snapshotting, toError } from "./snapshotting.ts";

/** Which entity it is, and where it lives. */
export interface EntitySeat<C, E, S> {
  readonly type: EntityType<C, E, S>;
  readonly entityId: string;
  readonly persistenceId: string;
  readonly self: ActorRef<C>;
  readonly cell: ActorCell;
  readonly host: EntityHost;
  /** Called after every turn, so that an idle entity can be told from a busy one. */
  readonly touched: () => void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** An incarnation of an entity. */
export class EntityIncarnation<C, E, S> implements Incarnation, RunningSeat<C, E, S> {
  readonly #seat: EntitySeat<C, E, S>;
  readonly #context: Mutable<CommandContext<C, E, S>>;
  readonly #timers: IncarnationTimers<C>;
  readonly snapshotting: Snapshotting<E, S>;
  gate: OutputGate;
  #running: Running<C, E, S>;
  #recovered = false;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(seat: EntitySeat<C, E, S>) {
    const { type, entityId, persistenceId, self, host } = seat;
    this.#seat = seat;
    this.#timers = new IncarnationTimers(host.clock, (command) => self.tell(command));
    this.#context = {
      effect: type.effects,
      self,
      persistenceId,
      entityId,
      sequenceNr: 0,
      metadata: {},
      log: host.log,
      system: host.scope,
      timers: this.#timers,
    };
    this.snapshotting = new Snapshotting(type.options.snapshots, persistenceId, host, (signal) =>
      this.#signalOrFail(signal),
    );
    this.gate = this.#gateAfter(0);
    this.#running = new Running(type.options, this, type.emptyState(), 0, 0);
  }

  // --- Incarnation

  get stopping(): boolean {
    return this.#running.stopping;
  }

  get idle(): boolean {
    return this.gate.idle && this.snapshotting.idle && this.#running.idle && this.#timers.size === 0;
  }

  async start(): Promise<void> {
    const { type, persistenceId, host } = this.#seat;
    try {
      const recovered = await recover(type.options, type.emptyState, persistenceId, host, () => !this.#ended);
      if (this.#ended) return;
      const highest = Math.max(recovered.sequenceNr, recovered.highestSequenceNr);
      this.gate = this.#gateAfter(recovered.highestSequenceNr);
      this.#running = new Running(type.options, this, recovered.state, highest, recovered.timestamp);
      this.#recovered = true;
      const { snapshotSequenceNr, replayedEvents } = recovered;
      host.tell({
        type: "RecoveryCompleted",
        path: this.path,
        persistenceId,
        sequenceNr: highest,
        snapshotSequenceNr,
        replayedEvents,
      });
    } catch (error) {
      if (!this.#ended) this.#signalQuietly({ type: "RecoveryFailed", error: toError(error) });
      throw error;
    }
    this.#signal({ type: "RecoveryCompleted", sequenceNr: this.#running.sequenceNr });
  }

  receive(envelope: Envelope): void | Promise<void> {
    return this.#running.receive(envelope);
  }

  endTurn(): void {
    this.gate.flush();
    this.#seat.touched();
  }

  admit(): Promise<void> | undefined {
    if (this.#failure) throw this.#failure.error;
    const { backlog } = this.#seat.host.journal;
    return backlog.full ? backlog.drained() : undefined;
  }

  async settle(): Promise<void> {
    this.gate.flush();
    await this.gate.settled();
    await this.snapshotting.settled();
  }

  end(reason: EndReason, error?: unknown): void {
    this.#ended = true;
    this.#timers.cancelAll();
    const stopped = new ActorStoppedError(this.path, `it was ${reason} before its answer was durable`, error);
    this.gate.close(stopped);
    this.#giveUpStash(`it was ${reason} while the message was stashed`, error);
    if (this.#recovered) this.#signalQuietly({ type: "PostStop" });
  }

  #giveUpStash(detail: string, error: unknown): void {
    const { path } = this;
    for (const { message, reply } of this.#running.emptyStash()) {
      this.#seat.host.tell({ type: "DeadLetter", path, message, reason: detail });
      reply?.reject(new ActorStoppedError(path, detail, error));
    }
  }

  // --- RunningSeat

  get path(): string {
    return this.#seat.cell.path;
  }

  get persistenceId(): string {
    return this.#seat.persistenceId;
  }

  get listening(): boolean {
    return this.#seat.host.events.active;
  }

  now(): number {
    return this.#seat.host.clock.now();
  }

  decide(state: S, command: C, metadata: Metadata): unknown {
    if (this.#failure) throw this.#failure.error;
    this.#context.sequenceNr = this.#running.sequenceNr;
    this.#context.metadata = metadata;
    try {
      return this.#seat.type.options.commandHandler(state, command, this.#context);
    } catch (error) {
      throw new ActorFailedError(this.path, "commandHandler", error);
    }
  }

  unhandled(message: unknown): void {
    this.#seat.host.tell({ type: "UnhandledMessage", path: this.path, message });
  }

  stashOverflow(message: unknown): void {
    this.#seat.host.dropped(this.path, message, "stash");
  }

  replayFirst(stashed: readonly Envelope[]): void {
    this.#seat.cell.replayFirst(stashed);
  }

  persistRejected(envelope: Envelope, error: SerializationError): void {
    envelope.reply?.reject(error);
    this.#signal({ type: "PersistRejected", command: envelope.message, error });
  }

  publish(event: E, record: EventRecord, metadata: Metadata, sequenceNr: number, offset: number): void {
    const { type, entityId, persistenceId, host } = this.#seat;
    host.events.publishEvent({
      offset,
      persistenceId,
      entityType: type.name,
      entityId,
      sequenceNr,
      timestamp: record.timestamp,
      type: record.type,
      version: record.version,
      event,
      tags: record.tags,
      metadata,
    });
  }

  save(snapshot: SnapshotRecord, byRule: boolean): void {
    this.snapshotting.save(snapshot, byRule);
  }

  run(callback: (state: S) => void, state: S, envelope: Envelope): boolean {
    try {
      this.#mind(callback(state), "thenRun");
      return true;
    } catch (cause) {
      const error = new ActorFailedError(this.path, "thenRun", cause);
      envelope.reply?.reject(error);
      this.#fail(error);
      return false;
    }
  }

  failed(envelope: Envelope, error: unknown): void {
    const answer = this.#persistError(error);
    envelope.reply?.reject(answer);
    if (answer instanceof PersistRejectedError) {
      this.#signalQuietly({ type: "PersistRejected", command: envelope.message, error: answer });
    } else if (answer instanceof PersistFailedError) {
      this.#signalQuietly({ type: "PersistFailed", command: envelope.message, error: answer });
    }
  }

  // --- inside

  #gateAfter(highestSequenceNr: number): OutputGate {
    const { type, entityId, persistenceId, host } = this.#seat;
    const stream = { persistenceId, entityType: type.name, entityId };
    return new OutputGate(host.journal, stream, highestSequenceNr, (error) => this.#fail(this.#persistError(error)));
  }

  #persistError(error: unknown): Error {
    if (error instanceof ActorStoppedError || error instanceof PersistRejectedError) return error;
    if (error instanceof VersionConflictError) return new PersistRejectedError(this.persistenceId, error);
    return new PersistFailedError(this.persistenceId, error);
  }

  /** The incarnation cannot go on; the cell learns it before the next message. */
  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure ??= { error };
    this.#seat.cell.wake();
  }

  /** Nobody awaits a promise of the user's here; its rejection is a failure of the entity, not the end of the process. */
  #mind(result: unknown, phase: string): void {
    if (!(result instanceof Promise)) return;
    result.catch((cause: unknown) => this.#fail(new ActorFailedError(this.path, phase, cause)));
  }

  #signal(signal: Signal): void {
    this.#context.sequenceNr = this.#running.sequenceNr;
    try {
      this.#mind(
        this.#seat.type.options.onSignal?.(this.#running.state, signal, this.#context),
        `onSignal(${signal.type})`,
      );
    } catch (error) {
      throw new ActorFailedError(this.path, `onSignal(${signal.type})`, error);
    }
  }

  /** For signals that come between turns. */
  #signalOrFail(signal: Signal): void {
    const { host, persistenceId } = this.#seat;
    if (signal.type === "SnapshotSaved") {
      host.tell({ type: "SnapshotSaved", path: this.path, persistenceId, sequenceNr: signal.sequenceNr });
    }
    if (signal.type === "SnapshotFailed")
      host.log.warn(`${this.path}: no snapshot at ${signal.sequenceNr}`, signal.error);
    try {
      if (!this.#ended) this.#signal(signal);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** For signals that tell of an end: what the handler throws cannot make it worse. */
  #signalQuietly(signal: Signal): void {
    try {
      this.#signal(signal);
    } catch (error) {
      this.#seat.host.log.error(`${this.path} failed in onSignal`, error);
    }
  }
}
