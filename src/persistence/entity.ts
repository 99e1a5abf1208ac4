/** One life of an entity: first it recovers, then it runs; both phases meet their surroundings here. */
import { Belongings } from "../actor/belongings.ts";
import type { Envelope } from "../actor/envelope.ts";
import type { EndReason, Incarnation } from "../actor/incarnation.ts";
import type { EventTypes } from "../codec/event-types.ts";
import { ActorFailedError, ActorStoppedError, type PersistRejectedError } from "../errors.ts";
import type { Backlog } from "../storage/journal.ts";
import type { Metadata } from "../storage/stored-event.ts";
import type { Deliveries } from "./deliveries.ts";
import { deliveriesOf } from "./entity-deliveries.ts";
import type { EntityHost } from "./entity-host.ts";
import { EntityOutputs, type OutputSeat } from "./entity-outputs.ts";
import type { EntitySeat } from "./entity-seat.ts";
import { EntitySignals, type SignalSeat } from "./entity-signals.ts";
import type { EntityScope } from "./event-sourced.ts";
import { HandlerContext } from "./handler-context.ts";
import type { Newcomer } from "./newcomers.ts";
import { OutputGate, type Stream, type StreamEnd } from "./output-gate.ts";
import { persistError } from "./persist-error.ts";
import { Receipts } from "./receipts.ts";
import { idleTimeoutOf, type Recovered, Recovery } from "./recovery.ts";
import { Running, type RunningSeat } from "./running.ts";
import type { Signal } from "./signal.ts";
import { Snapshotting, toError } from "./snapshotting.ts";

/** All that an incarnation is for its parts. It is the seat of each itself: a thousand entities have a thousand of every object here. */
type Seats<C, E, S> = RunningSeat<C, E, S> & SignalSeat<C, S> & OutputSeat<C, E, S> & Stream;

/** An incarnation of an entity. */
export class EntityIncarnation<C, E, S> implements Incarnation, Newcomer, Seats<C, E, S> {
  readonly #seat: EntitySeat<C, E, S>;
  readonly #context: HandlerContext<C, E, S>;
  #belongings: Belongings<C> | undefined;
  readonly #backlog: Backlog;
  readonly persistenceId: string;
  readonly signals: EntitySignals<C, S>;
  readonly snapshotting: Snapshotting<E, S>;
  readonly deliveries: Deliveries<E, EntityScope> | undefined;
  readonly receipts: Receipts;
  readonly outputs: EntityOutputs<C, E, S>;
  gate: OutputGate;
  #running: Running<C, E, S>;
  #recovery: Recovery<C, E, S> | undefined;
  #recovered = false;
  #ended = false;
  /** Ends the wait of {@link start}. */
  #started: ((over?: Promise<void>) => void) | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(seat: EntitySeat<C, E, S>) {
    const { type, persistenceId, host } = seat;
    this.#seat = seat;
    this.persistenceId = persistenceId;
    this.#backlog = host.journal.backlog;
    this.#context = new HandlerContext(seat, this);
    this.signals = new EntitySignals(this);
    const { snapshots, commandIds } = type.options;
    this.snapshotting = new Snapshotting(snapshots, persistenceId, host, (signal) => this.#storageSignal(signal));
    this.deliveries = deliveriesOf(seat, this.signals);
    this.receipts = new Receipts(commandIds);
    this.outputs = new EntityOutputs(this);
    this.gate = this.#gateAfter({ highestSequenceNr: 0, offset: 0 });
    this.#running = new Running(type.options, this, type.emptyState(), 0, 0);
  }

  get path(): string {
    return this.#seat.cell.path;
  }

  get entityType(): string {
    return this.#seat.type.name;
  }

  get entityId(): string {
    return this.#seat.entityId;
  }

  get host(): EntityHost {
    return this.#seat.host;
  }

  get events(): EventTypes {
    return this.#seat.type.events;
  }

  get onSignal(): SignalSeat<C, S>["onSignal"] {
    return this.#seat.type.options.onSignal;
  }

  get stopping(): boolean {
    return this.#running.stopping;
  }

  get idle(): boolean {
    const { gate, snapshotting, deliveries } = this;
    const ownIdle = gate.idle && snapshotting.idle && this.#running.idle;
    return ownIdle && (this.#belongings?.idle ?? true) && (deliveries?.idle ?? true);
  }

  start(): Promise<void> {
    const { newcomers } = this.#seat.host;
    if (!newcomers) return this.#recover();
    return new Promise((resolve) => {
      this.#started = resolve;
      newcomers.add(this);
    });
  }

  get idleTimeoutMs(): number {
    return idleTimeoutOf(this.#seat.type.options);
  }

  /** Told whether there is anything to recover from. */
  begin(untouched: boolean): void {
    if (!untouched || this.#ended) return this.#started?.(this.#recover());
    try {
      // The state and the gate of a new incarnation are those of an entity without a past.
      this.#recoveredTo(0, 0, 0);
      this.#completed();
      this.#started?.();
    } catch (error) {
      this.#started?.(Promise.reject(error));
    }
  }

  async #recover(): Promise<void> {
    if (this.#ended) return;
    const { type, persistenceId, host } = this.#seat;
    try {
      const { options, emptyState, decode } = type;
      const [deliveries, receipts] = [this.deliveries, this.receipts];
      this.#recovery = new Recovery({ options, emptyState, decode, persistenceId, host, deliveries, receipts });
      const recovered = await this.#recovery.run();
      if (this.#ended) return;
      this.#begin(recovered);
      this.#recovery = undefined;
    } catch (error) {
      if (!this.#ended) this.signals.tellQuietly({ type: "RecoveryFailed", error: toError(error) });
      throw error;
    }
    this.#completed();
  }

  #completed(): void {
    this.signals.tell({ type: "RecoveryCompleted", sequenceNr: this.#running.sequenceNr });
    this.deliveries?.resume();
  }

  receive(envelope: Envelope): void | Promise<void> {
    this.#belongings?.received();
    return this.#running.receive(envelope);
  }

  get sated(): boolean {
    return this.gate.sated;
  }

  endTurn(): void {
    this.gate.flush();
    this.#seat.touched();
  }

  admit(): Promise<void> | undefined {
    if (this.#failure) throw this.#failure.error;
    return this.#backlog.full ? this.#backlog.drained() : undefined;
  }

  async settle(): Promise<void> {
    this.gate.flush();
    await this.gate.settled();
    await this.snapshotting.settled();
  }

  end(reason: EndReason, error?: unknown): void {
    this.#ended = true;
    this.#recovery?.giveUp();
    this.#belongings?.close();
    this.deliveries?.close();
    const { path } = this.#seat.cell;
    this.gate.close(new ActorStoppedError(path, `it was ${reason} before its answer was durable`, error));
    this.#giveUpStash(`it was ${reason} while the message was stashed`, error);
    if (this.#recovered) this.signals.tellQuietly({ type: "PostStop" });
    if (reason !== "restarting") this.host.forget?.(this.persistenceId);
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
    const { type } = this.#seat;
    const { snapshotSequenceNr, replayedEvents, offset } = recovered;
    const highest = Math.max(sequenceNr, highestSequenceNr);
    this.gate = this.#gateAfter({ highestSequenceNr, offset });
    this.#running = new Running(type.options, this, state, highest, timestamp);
    this.#recoveredTo(highest, snapshotSequenceNr, replayedEvents);
    const usesLatest = (type.options.recovery?.fromSnapshot ?? "latest") === "latest";
    const whole = sequenceNr === highest;
    if (usesLatest && whole && this.snapshotting.missing(snapshotSequenceNr, highest)) {
      this.#running.saveMissingSnapshot();
    }
  }

  #recoveredTo(sequenceNr: number, snapshotSequenceNr: number, replayedEvents: number): void {
    this.#recovered = true;
    const { persistenceId, host } = this.#seat;
    if (!host.events.active) return;
    const { path } = this;
    host.tell({ type: "RecoveryCompleted", path, persistenceId, sequenceNr, snapshotSequenceNr, replayedEvents });
  }

  // --- for its parts

  now(): number {
    return this.#seat.host.clock.now();
  }

  decide(state: S, command: C, metadata: Metadata): unknown {
    if (this.#ended) throw new ActorStoppedError(this.path, "it has ended while the command was validated");
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
    this.host.tell({ type: "UnhandledMessage", path: this.path, message });
  }

  stashOverflow(message: unknown): void {
    this.host.dropped(this.path, message, "stash");
  }

  replayFirst(stashed: readonly Envelope[]): void {
    this.#seat.cell.replayFirst(stashed);
  }

  persistRejected({ message: command, reply }: Envelope, error: PersistRejectedError): void {
    reply?.reject(error);
    this.signals.tell({ type: "PersistRejected", command, error });
  }

  logError(message: string, error: unknown): void {
    this.host.log.error(message, error);
  }

  present(): { readonly state: S; readonly context: HandlerContext<C, E, S> } {
    this.#context.sequenceNr = this.#running.sequenceNr;
    return { state: this.#running.state, context: this.#context };
  }

  /** The incarnation cannot go on; the cell learns it before the next message. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure ??= { error };
    this.#seat.cell.wake();
  }

  // --- the parts

  /** Made when it is first asked for: most entities own nothing. */
  get belongings(): Belongings<C> {
    if (!this.#belongings) {
      const { cell, host } = this.#seat;
      this.#belongings = new Belongings<C>(
        host.clock,
        (message, wanted) => cell.enqueue({ message, reply: undefined, metadata: undefined, wanted }),
        (cause) => this.fail(new ActorFailedError(cell.path, "watch", cause)),
      );
      if (this.#ended) this.#belongings.close();
    }
    return this.#belongings;
  }

  #gateAfter(end: StreamEnd): OutputGate {
    const broken = (error: unknown): void => this.fail(persistError(this.persistenceId, error));
    return new OutputGate(this.host.journal, this, end, broken);
  }

  /** Signals about snapshots and deletions come between turns, and also after the end. */
  #storageSignal(signal: Signal): void {
    const { host, persistenceId, cell } = this.#seat;
    const { path } = cell;
    if (signal.type === "SnapshotSaved") {
      host.tell({ type: "SnapshotSaved", path, persistenceId, sequenceNr: signal.sequenceNr });
    }
    if ("error" in signal) host.log.warn(`${path}: ${signal.type}`, signal.error);
    if (!this.#ended) this.signals.tellOrFail(signal);
  }
}
