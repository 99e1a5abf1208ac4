/** Compares whatever becomes visible with the truth, at the moment when it becomes visible. */

import { isDeepStrictEqual } from "node:util";
import type { AnyActorRef, EventEnvelope, WriteResult } from "rekindle";
import { type LedgerState, OutOfOrderError, type Parcel, type View, type Witness } from "./ledger.ts";
import { eventsOf, type Operation, promiseOf } from "./operation.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";
import type { Truth } from "./truth.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { Weather } from "./weather.ts";

/** What the checker looks at. */
export interface Observed {
  readonly truth: Truth;
  readonly disk: SimulatedDisk;
  readonly time: VirtualTime;
  readonly weather: Weather;
  /** In the order of sending. */
  readonly operations: readonly Operation[];
  readonly trace: (line: string) => void;
}

/** Sees everything that leaves the system, and keeps what is wrong with it. */
export class Checker implements Witness {
  /** The first thing that was found wrong; what comes after it is of no interest. */
  violation: string | undefined;
  readonly #observed: Observed;
  /** By persistence id: the longest history that anybody was shown. */
  readonly #shown = new Map<string, number>();
  readonly #ran = new Set<string>();
  /** The actor to which this process delivers. */
  recipientNow: AnyActorRef | undefined;
  /** Commands whose delivery has arrived at least once. */
  readonly #arrived = new Set<string>();
  readonly #published = new Set<number>();
  #lastPublished = 0;
  /** Offsets of what is published, on its way to the actor that has subscribed. */
  readonly #unheard: number[] = [];
  /** Entities that have stopped since the last step. */
  readonly #stopped = new Set<string>();

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  report(sentence: string): void {
    if (this.violation !== undefined) return;
    this.#observed.trace(`VIOLATION: ${sentence}`);
    this.violation = sentence;
  }

  /** The longest history of the entity that anybody was shown so far. */
  shown(persistenceId: string): number {
    return this.#shown.get(persistenceId) ?? 0;
  }

  /** A new process: its event stream begins anew. */
  processStarted(): void {
    this.#published.clear();
    this.#unheard.length = 0;
    this.#stopped.clear();
    this.#lastPublished = this.#observed.disk.log.length;
  }

  // --- replies

  replied(operation: Operation, reply: View): void {
    const { command, persistenceId } = operation;
    const { truth, time } = this.#observed;
    const of = `the reply to ${command.type} ${command.id} of ${persistenceId}`;
    operation.outcome = "done";
    if (time.now() > operation.deadline) this.report(`${of} comes after its time was up`);
    if (reply === undefined) {
      if (command.type !== "Stop") this.report(`${of} is missing`);
      return;
    }
    operation.reply = reply;
    if (!truth.isTrue(persistenceId, reply)) {
      const problem = reply.length > truth.length(persistenceId) ? "is not durable" : "never was";
      this.report(`${of} shows a state that ${problem}: ${show(reply)}`);
    }
    // What comes again is answered as it was the first time, whatever has been shown since.
    if (operation.sends.count > 1) return this.#assertStored(operation, reply.length);
    if (reply.length < operation.shownBefore) {
      this.report(`${of} shows ${reply.length} events; ${operation.shownBefore} had been shown when it was sent`);
    }
    if (reply.length < this.shown(persistenceId)) this.report(`${of} comes after one that shows more`);
    this.#shown.set(persistenceId, Math.max(this.shown(persistenceId), reply.length));
    if (eventsOf(command) > 0) this.#assertStored(operation, reply.length);
    this.#assertNobodySkipped(operation);
  }

  rejected(operation: Operation, error: unknown): void {
    const { command, persistenceId } = operation;
    const { truth, time } = this.#observed;
    const what = `${command.type} ${command.id} of ${persistenceId}`;
    if (time.now() > operation.deadline) this.report(`${what} is answered after its time was up`);
    const promise = promiseOf(error);
    operation.outcome = promise ?? "unknown";
    if (!promise) this.report(`${what} got an error that nobody should see: ${String(error)}`);
    if (promise === "stored") this.#assertStored(operation, undefined);
    if (promise === "nothing" && operation.sends.count === 1 && truth.places(command.id).length > 0) {
      this.report(`${what} was told that nothing is stored, and it is: ${String(error)}`);
    }
  }

  /** The events stand where the writer wanted them, also when they have stood there for long. */
  written(operation: Operation, { version, repeated }: WriteResult, expectedVersion: number): void {
    const { command, persistenceId } = operation;
    const { truth, time } = this.#observed;
    const first = truth.places(command.id)[0]?.sequenceNr;
    operation.outcome = "done";
    if (time.now() > operation.deadline) this.report(`the write ${command.id} is answered after its time was up`);
    if (repeated && operation.sends.count === 1) this.report(`the write ${command.id} is taken for a repetition`);
    if (!repeated && first !== expectedVersion + 1) {
      this.report(`the write ${command.id} was to follow ${expectedVersion} and is stored as ${first}`);
    }
    if (version > truth.length(persistenceId)) {
      this.report(`the write ${command.id} is acknowledged as ${version}, which is not durable`);
    }
    this.#assertStored(operation, version);
  }

  /** Whoever is told that a command is done finds its events: durable, in one piece, at the place that the reply shows, published. */
  #assertStored({ command, persistenceId, sends }: Operation, length: number | undefined): void {
    const places = this.#observed.truth.places(command.id);
    const last = places.at(-1)?.sequenceNr;
    const of = `${command.type} ${command.id} of ${persistenceId}`;
    if (places.length !== eventsOf(command)) {
      this.report(`${of} is acknowledged, and ${places.length} of its ${eventsOf(command)} events are stored`);
    } else if (length !== undefined && last !== length) {
      this.report(`${of} shows ${length} events, and its last is stored as ${last}`);
    }
    // The process that published it, and ran its side effect or died before, may be gone.
    if (sends.count > 1) return;
    for (const { sequenceNr } of places) {
      const stored = this.#observed.disk.event(persistenceId, sequenceNr);
      if (stored && !this.#published.has(stored.offset)) this.report(`${of} is acknowledged before it is published`);
    }
    const runs = "follow" in command && command.follow.includes("run");
    if (runs && !this.#ran.has(command.id)) this.report(`${of} is acknowledged before its side effect is run`);
  }

  /** An entity answers in the order in which it was asked; only what a lock holds up may come later. */
  #assertNobodySkipped({ command, persistenceId }: Operation): void {
    for (const earlier of this.#observed.operations) {
      if (earlier.command === command) return;
      const skipped = earlier.persistenceId === persistenceId && earlier.outcome === undefined;
      if (!skipped || earlier.command.type === "Enter" || earlier.command.type === "EnterLater") continue;
      this.report(`${command.id} of ${persistenceId} is answered, and ${earlier.command.id} before it is not`);
    }
  }

  // --- actors

  started(path: string): void {
    this.#stopped.delete(persistenceIdOf(path));
  }

  stopped(path: string): void {
    this.#stopped.add(persistenceIdOf(path));
  }

  /** Only what the workload and the storage do on purpose, and never the loss of what is needed to recover. */
  failed(path: string, error: unknown): void {
    for (let cause = error; cause instanceof Error; cause = cause.cause) {
      const mistake = [TypeError, RangeError, ReferenceError, OutOfOrderError].some((type) => cause instanceof type);
      if (mistake || /covers them|ahead of the journal/.test(cause.message)) {
        this.report(`${path} failed as it never should: ${String(cause)}`);
      }
    }
  }

  /** After every step: nobody waits for an entity that is not live. */
  stepped(): void {
    if (this.#stopped.size === 0) return;
    for (const { persistenceId, command, outcome } of this.#observed.operations) {
      if (outcome !== undefined || !this.#stopped.has(persistenceId)) continue;
      this.report(`${command.type} ${command.id} of ${persistenceId} waits, and the entity has stopped`);
    }
    this.#stopped.clear();
  }

  // --- deliveries

  /** Who receives must expect repetitions, but nothing that is not durable. */
  arrived({ command, deliveryId }: Parcel): void {
    this.#observed.trace(`the delivery ${deliveryId} of ${command} arrives`);
    const place = this.#observed.truth.places(command)[0];
    if (!place) this.report(`the delivery of ${command} arrives, and the event that began it is not durable`);
    else if (deliveryId !== `${place.sequenceNr}-1`) this.report(`the delivery of ${command} is called ${deliveryId}`);
    this.#arrived.add(command);
  }

  everythingArrived(): void {
    const { truth } = this.#observed;
    for (const command of truth.commands) {
      const obliged = truth.places(command).some(({ event }) => event.type === "Obliged");
      if (obliged && !this.#arrived.has(command)) this.report(`the delivery of ${command} has never arrived`);
    }
  }

  // --- Witness

  recipient(): AnyActorRef | undefined {
    return this.#observed.weather.strikes("recipient") ? undefined : this.recipientNow;
  }

  flinches(): boolean {
    return this.#observed.weather.strikes("signal");
  }

  sleep(ms: number): Promise<void> {
    return this.#observed.time.sleep(ms);
  }

  ran(command: string, persistenceId: string, state: LedgerState): void {
    this.#observed.trace(`${persistenceId} runs the side effect of ${command}`);
    const { truth } = this.#observed;
    if (this.#ran.has(command)) this.report(`the side effect of ${command} is run twice`);
    this.#ran.add(command);
    const last = truth.places(command).at(-1)?.sequenceNr;
    if (last !== state.length || !truth.isTrue(persistenceId, state)) {
      this.report(`the side effect of ${command} sees a state that is not durable: ${show(state)}`);
    }
  }

  recovered(persistenceId: string, state: LedgerState, highest: number): void {
    const { truth } = this.#observed;
    const length = truth.length(persistenceId);
    if (!truth.isTrue(persistenceId, state)) {
      this.report(`${persistenceId} recovered a state that never was: ${show(state)}`);
    } else if (state.length !== length || highest !== length) {
      this.report(`${persistenceId} recovered ${state.length} of ${length} events, and goes on after ${highest}`);
    }
  }

  // --- the event stream

  published(envelope: EventEnvelope): void {
    const { offset, persistenceId, entityType, entityId, sequenceNr, event, timestamp, tags, metadata } = envelope;
    this.#observed.trace(`published ${persistenceId} ${sequenceNr} at ${offset}`);
    const stored = this.#observed.disk.log[offset - 1];
    const { payload, receipt: _, ...expected } = stored ?? { payload: undefined };
    const { version, type } = envelope;
    const found = { offset, persistenceId, entityType, entityId, sequenceNr, timestamp, type, version, tags, metadata };
    if (!isDeepStrictEqual({ ...found, event }, { ...expected, event: payload })) {
      this.report(`what is published at ${offset} is not what is stored there: ${show(envelope)}`);
    }
    if (this.#published.has(offset)) this.report(`the event at ${offset} is published twice`);
    else if (offset <= this.#lastPublished) {
      this.report(`the event at ${offset} is published after the one at ${this.#lastPublished}, or on replay`);
    }
    this.#published.add(offset);
    this.#unheard.push(offset);
    this.#lastPublished = Math.max(this.#lastPublished, offset);
  }

  /** An actor that has subscribed gets what is published, in the same order. */
  heard({ offset }: EventEnvelope): void {
    const expected = this.#unheard.shift();
    if (offset !== expected) this.report(`a subscriber got the event at ${offset} instead of the one at ${expected}`);
  }

  heardEverything(): void {
    if (this.#unheard.length > 0) this.report(`a subscriber missed the event at ${this.#unheard[0]}`);
  }

  // --- snapshots

  snapshotTaken(persistenceId: string, sequenceNr: number, text: string): void {
    const state: LedgerState = JSON.parse(text);
    const { truth } = this.#observed;
    if (state.length === sequenceNr && truth.isTrue(persistenceId, state)) return;
    this.report(`the snapshot of ${persistenceId} at ${sequenceNr} is not what is durable: ${text}`);
  }
}

function persistenceIdOf(path: string): string {
  return path.split("/").slice(-2).join("|");
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
