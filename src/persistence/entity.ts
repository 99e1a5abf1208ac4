/** One life of an entity: first it recovers, then it runs; both phases meet their surroundings here. */
import type { ActorCell } from "../actor/actor-cell.ts";
import type { ActorRef } from "../actor/actor-ref.ts";
import { asContext, Belongings } from "../actor/belongings.ts";
import type { Envelope } from "../actor/envelope.ts";
import type { EndReason, Incarnation } from "../actor/incarnation.ts";
import { ActorFailedError, ActorStoppedError } from "../errors.ts";
import type { Backlog } from "../storage/journal.ts";
import type { Metadata } from "../storage/stored-event.ts";
import { Deliveries } from "./deliveries.ts";
import type { EntityHost } from "./entity-host.ts";
import { EntityOutputs } from "./entity-outputs.ts";
import { EntitySignals } from "./entity-signals.ts";
import type { EntityType } from "./entity-type.ts";
import type { CommandContext, EntityScope } from "./event-sourced.ts";
import { OutputGate, type StreamEnd } from "./output-gate.ts";
import { persistError } from "./persist-error.ts";
import { Receipts } from "./receipts.ts";
import { type Recovered, Recovery } from "./recovery.ts";
import { Running } from "./running.ts";
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
export class EntityIncarnation<C, E, S> implements Incarnation {
  readonly #seat: EntitySeat<C, E, S>;
  readonly #context: Mutable<CommandContext<C, E, S>>;
  readonly #belongings: Belongings<C>;
  readonly #signals: EntitySignals<C, S>;
  readonly #snapshotting: Snapshotting<E, S>;
  readonly #deliveries: Deliveries<E, EntityScope> | undefined;
  readonly #receipts: Receipts;
  readonly #outputs: EntityOutputs<C, E, S>;
  readonly #backlog: Backlog;
  #gate: OutputGate;
  #running: Running<C, E, S>;
  #recovery: Recovery<C, E, S> | undefined;
  #recovered = false;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(seat: EntitySeat<C, E, S>) {
    const { type, entityId, persistenceId, self, cell, host } = seat;
    const { onSignal, snapshots } = type.options;
    const { path } = cell;
    const fail = (error: unknown): void => this.#fail(error);
    this.#seat = seat;
    this.#backlog = host.journal.backlog;
    this.#belongings = new Belongings<C>(
      host.clock,
      (message, wanted) => cell.enqueue({ message, reply: undefined, metadata: undefined, wanted }),
      (cause) => fail(new ActorFailedError(path, "watch", cause)),
    );
    this.#context = {
      ...asContext(this.#belongings),
      effect: type.effects,
      self,
      persistenceId,
      entityId,
      sequenceNr: 0,
      metadata: {},
      log: host.log,
      system: host.scope,
      spawn: (child, name) => host.spawnChild(child, name, cell.nact),
    };
    this.#signals = new EntitySignals({
      path,
      onSignal,
      present: () => this.#present(),
      fail,
      logError: (message, error) => host.log.error(message, error),
    });
    this.#snapshotting = new Snapshotting(snapshots, persistenceId, host, (signal) => this.#storageSignal(signal));
    this.#deliveries = this.#makeDeliveries();
    this.#receipts = new Receipts(type.options.commandIds);
    const { name: entityType } = type;
    const [signals, snapshotting, deliveries] = [this.#signals, this.#snapshotting, this.#deliveries];
    const parts = { path, entityType, entityId, persistenceId, host, signals, snapshotting, deliveries, fail };
    this.#outputs = new EntityOutputs(parts);
    this.#gate = this.#gateAfter({ highestSequenceNr: 0, offset: 0 });
    this.#running = this.#runFrom(type.emptyState(), 0, 0);
  }

  get stopping(): boolean {
    return this.#running.stopping;
  }

  get idle(): boolean {
    const deliveriesIdle = this.#deliveries?.idle ?? true;
    return this.#gate.idle && this.#snapshotting.idle && this.#running.idle && this.#belongings.idle && deliveriesIdle;
  }

  async start(): Promise<void> {
    const { type, persistenceId, host } = this.#seat;
    try {
      const { options, emptyState, decode } = type;
      const [deliveries, receipts] = [this.#deliveries, this.#receipts];
      this.#recovery = new Recovery({ options, emptyState, decode, persistenceId, host, deliveries, receipts });
      const recovered = await this.#recovery.run();
      if (this.#ended) return;
      this.#begin(recovered);
      this.#recovery = undefined;
    } catch (error) {
      if (!this.#ended) this.#signals.tellQuietly({ type: "RecoveryFailed", error: toError(error) });
      throw error;
    }
    this.#signals.tell({ type: "RecoveryCompleted", sequenceNr: this.#running.sequenceNr });
    this.#deliveries?.resume();
  }

  receive(envelope: Envelope): void | Promise<void> {
    this.#belongings.received();
    return this.#running.receive(envelope);
  }

  endTurn(): void {
    this.#gate.flush();
    this.#seat.touched();
  }

  admit(): Promise<void> | undefined {
    if (this.#failure) throw this.#failure.error;
    return this.#backlog.full ? this.#backlog.drained() : undefined;
  }

  async settle(): Promise<void> {
    this.#gate.flush();
    await this.#gate.settled();
    await this.#snapshotting.settled();
  }

  end(reason: EndReason, error?: unknown): void {
    this.#ended = true;
    this.#recovery?.giveUp();
    this.#belongings.close();
    this.#deliveries?.close();
    const { path } = this.#seat.cell;
    this.#gate.close(new ActorStoppedError(path, `it was ${reason} before its answer was durable`, error));
    this.#giveUpStash(`it was ${reason} while the message was stashed`, error);
    if (this.#recovered) this.#signals.tellQuietly({ type: "PostStop" });
  }

  #giveUpStash(detail: string, error: unknown): void {
    const { path } = this.#seat.cell;
    for (const { message, reply } of this.#running.emptyStash()) {
      this.#seat.host.tell({ type: "DeadLetter", path, message, reason: detail });
      reply?.reject(new ActorStoppedError(path, detail, error));
    }
  }

  /** From the first phase to the second. */
  #begin({ state, sequenceNr, highestSequenceNr, timestamp, ...recovered }: Recovered<S>): void {
    const { type, persistenceId, host, cell } = this.#seat;
    const { snapshotSequenceNr, replayedEvents, offset } = recovered;
    const highest = Math.max(sequenceNr, highestSequenceNr);
    this.#gate = this.#gateAfter({ highestSequenceNr, offset });
    this.#running = this.#runFrom(state, highest, timestamp);
    this.#recovered = true;
    const { path } = cell;
    host.tell({
      type: "RecoveryCompleted",
      path,
      persistenceId,
      sequenceNr: highest,
      snapshotSequenceNr,
      replayedEvents,
    });
    const usesLatest = (type.options.recovery?.fromSnapshot ?? "latest") === "latest";
    const whole = sequenceNr === highest;
    if (usesLatest && whole && this.#snapshotting.missing(snapshotSequenceNr, highest)) {
      this.#running.saveMissingSnapshot();
    }
  }

  #runFrom(state: S, sequenceNr: number, timestamp: number): Running<C, E, S> {
    const { type, persistenceId, host, cell } = this.#seat;
    const { path } = cell;
    return new Running(
      type.options,
      {
        path,
        persistenceId,
        events: type.events,
        gate: this.#gate,
        outputs: this.#outputs,
        snapshotting: this.#snapshotting,
        deliveries: this.#deliveries,
        receipts: this.#receipts,
        now: () => host.clock.now(),
        decide: (before, command, metadata) => this.#decide(before, command, metadata),
        unhandled: (message) => host.tell({ type: "UnhandledMessage", path, message }),
        stashOverflow: (message) => host.dropped(path, message, "stash"),
        replayFirst: (stashed) => cell.replayFirst(stashed),
        persistRejected: ({ message: command, reply }, error) => {
          reply?.reject(error);
          this.#signals.tell({ type: "PersistRejected", command, error });
        },
      },
      state,
      sequenceNr,
      timestamp,
    );
  }

  #decide(state: S, command: C, metadata: Metadata): unknown {
    if (this.#ended) throw new ActorStoppedError(this.#seat.cell.path, "it has ended while the command was validated");
    if (this.#failure) throw this.#failure.error;
    this.#context.sequenceNr = this.#running.sequenceNr;
    this.#context.metadata = metadata;
    try {
      return this.#seat.type.options.commandHandler(state, command, this.#context);
    } catch (error) {
      throw new ActorFailedError(this.#seat.cell.path, "commandHandler", error);
    }
  }

  #present(): { readonly state: S; readonly context: CommandContext<C, E, S> } {
    this.#context.sequenceNr = this.#running.sequenceNr;
    return { state: this.#running.state, context: this.#context };
  }

  #gateAfter(end: StreamEnd): OutputGate {
    const { type, entityId, persistenceId, host } = this.#seat;
    const stream = { persistenceId, entityType: type.name, entityId };
    return new OutputGate(host.journal, stream, end, (error) => this.#fail(persistError(persistenceId, error)));
  }

  #makeDeliveries(): Deliveries<E, EntityScope> | undefined {
    const { type, persistenceId, host } = this.#seat;
    const options = type.options.deliveries;
    return (
      options &&
      new Deliveries(options, {
        entityId: this.#seat.entityId,
        persistenceId,
        clock: host.clock,
        scope: host.scope,
        undeliverable: (to, error) => host.log.warn(`${this.#seat.cell.path} cannot deliver to ${to} for now`, error),
        warn: (deliveries) => this.#signals.tellOrFail({ type: "DeliveriesUnconfirmed", deliveries }),
      })
    );
  }

  /** Signals about snapshots and deletions come between turns, and also after the end. */
  #storageSignal(signal: Signal): void {
    const { host, persistenceId, cell } = this.#seat;
    const { path } = cell;
    if (signal.type === "SnapshotSaved") {
      host.tell({ type: "SnapshotSaved", path, persistenceId, sequenceNr: signal.sequenceNr });
    }
    if ("error" in signal) host.log.warn(`${path}: ${signal.type}`, signal.error);
    if (!this.#ended) this.#signals.tellOrFail(signal);
  }

  /** The incarnation cannot go on; the cell learns it before the next message. */
  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure ??= { error };
    this.#seat.cell.wake();
  }
}
