/**
 * Phase 2 of an entity: commands in, events and outputs out.
 * Previous phase: {@link ./recovery.ts}.
 */

import { messageType } from "../actor/command.ts";
import type { Envelope } from "../actor/envelope.ts";
import { isPromiseLike } from "../actor/promise-like.ts";
import { assertJson } from "../codec/encode-json.ts";
import type { EventTypes } from "../codec/event-types.ts";
import { type StandardSchemaV1, schemaOf } from "../codec/standard-schema.ts";
import { type Validated, validate } from "../codec/validation.ts";
import { ValidationError } from "../errors/validation-error.ts";
import { ActorFailedError, MailboxOverflowError, PersistRejectedError, UnhandledCommandError } from "../errors.ts";
import { type EventRecord, type Metadata, noMetadata } from "../storage/stored-event.ts";
import { assertState } from "./assert-state.ts";
import {
  type Answer,
  CommandOutput,
  type DecidedEvents,
  type DecidedRuns,
  type DecidedSnapshot,
  type OutputPort,
} from "./command-output.ts";
import type { DecidedDeliveries } from "./deliveries.ts";
import { Effect } from "./effect.ts";
import { encodeMetadata } from "./event-codec.ts";
import { assertTags, recordsOf } from "./event-records.ts";
import type { EventSourcedOptions } from "./event-sourced.ts";
import type { OutputGate } from "./output-gate.ts";
import type { Receipts } from "./receipts.ts";
import type { SnapshotCause, Snapshotting } from "./snapshotting.ts";
import { StreamUpdate } from "./stream-update.ts";

/** The stash of an entity holds at most so many commands unless it says otherwise. */
export const defaultStashCapacity = 10_000;

/** What the running phase needs of its entity. */
export interface RunningSeat<C, E, S> {
  readonly path: string;
  readonly persistenceId: string;
  readonly events: EventTypes;
  readonly outputs: OutputPort<E, S>;
  readonly gate: Pick<OutputGate, "collected" | "collect" | "hold">;
  readonly snapshotting: Pick<Snapshotting<E, S>, "wanted" | "take" | "failed">;
  /** Absent when the entity delivers nothing. */
  readonly deliveries: DecidedDeliveries<E> | undefined;
  readonly receipts: Receipts;
  now(): number;
  /** Calls the user's command handler. */
  decide(state: S, command: C, metadata: Metadata): unknown;
  unhandled(message: unknown): void;
  stashOverflow(message: unknown): void;
  replayFirst(stashed: readonly Envelope[]): void;
  persistRejected(envelope: Envelope, error: PersistRejectedError): void;
}

/** The state after an effect's events, before anything of it is stored. */
interface Applied<E, S> {
  readonly state: S;
  readonly records: EventRecord[];
  readonly decided: DecidedEvents<E> | undefined;
  readonly snapshotBy: SnapshotCause | undefined;
}

/** The state of one incarnation and what it does with commands. */
export class Running<C, E, S> {
  readonly #options: EventSourcedOptions<C, E, S>;
  readonly #seat: RunningSeat<C, E, S>;
  readonly #stash: Envelope[] = [];
  state: S;
  sequenceNr: number;
  #timestamp: number;
  /** Which of the user's functions is running, for the error if it throws. */
  #phase = "commandHandler";
  stopping = false;

  constructor(
    options: EventSourcedOptions<C, E, S>,
    seat: RunningSeat<C, E, S>,
    state: S,
    sequenceNr: number,
    timestamp: number,
  ) {
    this.#options = options;
    this.#seat = seat;
    this.state = state;
    this.sequenceNr = sequenceNr;
    this.#timestamp = timestamp;
  }

  get idle(): boolean {
    return this.#stash.length === 0;
  }

  /** Takes the stash away, for whoever has to answer it. */
  emptyStash(): Envelope[] {
    return this.#stash.splice(0);
  }

  receive(envelope: Envelope): void | Promise<void> {
    if (envelope.commandId !== undefined && this.#repeat(envelope, envelope.commandId)) return;
    const metadata = envelope.metadata ?? noMetadata;
    if (envelope.message instanceof StreamUpdate) {
      const decision = envelope.message.decide<C, E, S>(this.#options, this.#seat.persistenceId, this.sequenceNr);
      return this.#perform(envelope, metadata, decision);
    }
    const { commands } = this.#options;
    const schema = commands === undefined ? undefined : schemaOf(commands, envelope.message);
    return schema
      ? this.#validate(envelope, metadata, schema)
      : this.#handle(envelope, metadata, envelope.message as C);
  }

  /** A command that its schema refuses is told so, and nothing else happens. */
  #validate(envelope: Envelope, metadata: Metadata, schema: StandardSchemaV1): void | Promise<void> {
    const { persistenceId } = this.#seat;
    const name = { kind: "command", type: messageType(envelope.message), persistenceId } as const;
    const refused = (error: unknown): void => {
      if (!(error instanceof ValidationError)) throw new ActorFailedError(this.#seat.path, "commands", error);
      this.#seat.unhandled(envelope.message);
      envelope.reply?.reject(error);
    };
    let validated: Validated | Promise<Validated>;
    try {
      validated = validate(schema, envelope.message, name);
    } catch (error) {
      return refused(error);
    }
    if (!(validated instanceof Promise)) return this.#handle(envelope, metadata, validated.value as C);
    return validated.then(({ value }) => this.#handle(envelope, metadata, value as C), refused);
  }

  #handle(envelope: Envelope, metadata: Metadata, command: C): void | Promise<void> {
    // 1 decide
    const decision = this.#seat.decide(this.state, command, metadata);
    if (decision instanceof Effect) return this.#perform(envelope, metadata, decision);
    if (!isPromiseLike(decision)) return this.#performOther(envelope, metadata, decision);
    return Promise.resolve(decision).then(
      (later) => {
        if (later instanceof Effect) this.#perform(envelope, metadata, later);
        else this.#performOther(envelope, metadata, later);
      },
      (error: unknown) => {
        throw new ActorFailedError(this.#seat.path, "commandHandler", error);
      },
    );
  }

  /** A command that was carried out before gets the reply that it got then; false when it is not known. */
  #repeat(envelope: Envelope, commandId: string): boolean {
    const { receipts, gate, outputs } = this.#seat;
    const receipt = receipts.find(commandId, this.#seat.now());
    if (!receipt) return false;
    const answer = { value: receipt.reply };
    gate.hold(new CommandOutput<E, S>(outputs, envelope, answer, undefined, undefined, undefined));
    return true;
  }

  #perform(envelope: Envelope, metadata: Metadata, effect: Effect<C, E, S>): void {
    if (effect.kind === "stash") return this.#stashAway(envelope);
    let applied: Applied<E, S>;
    let answer: Answer;
    try {
      // 2 apply
      applied = this.#apply(effect.events, envelope, metadata);
      answer = this.#answer(effect, envelope, applied.state);
      if (envelope.commandId !== undefined && applied.decided && "value" in answer) {
        this.#seat.receipts.sign(applied.records, envelope.commandId, answer.value);
      }
    } catch (error) {
      if (error instanceof PersistRejectedError) return this.#seat.persistRejected(envelope, error);
      throw new ActorFailedError(this.#seat.path, this.#phase, error);
    }
    const { state, records, decided } = applied;
    this.state = state;
    if (decided?.deliveries) this.#seat.deliveries?.apply(decided.deliveries);
    const snapshot = this.#snapshot(effect, applied);
    // 3 store
    if (decided) this.#seat.gate.collect(decided.sequenceNr, records);
    // 4 hold; 5 release is in CommandOutput
    const runs = runsOf(effect, state);
    this.#seat.gate.hold(new CommandOutput(this.#seat.outputs, envelope, answer, decided, runs, snapshot));
    for (const step of effect.steps) {
      if (step.do === "unstashAll") this.#seat.replayFirst(this.#stash.splice(0));
      else if (step.do === "stop") this.stopping = true;
    }
  }

  /** A handler that falls off its switch does not know the command; anything else that is no effect is a mistake. */
  #performOther(envelope: Envelope, metadata: Metadata, decision: unknown): void {
    if (decision !== undefined) {
      const type = messageType(envelope.message);
      const mistake = new TypeError(`it returned ${messageType(decision)} for ${type}, not an effect`);
      throw new ActorFailedError(this.#seat.path, "commandHandler", mistake);
    }
    this.#perform(envelope, metadata, new Effect<C, E, S>("unhandled", [], []));
  }

  /** Applies the events to the newest state and makes their records; throws before anything is changed. */
  #apply(wanted: readonly E[], envelope: Envelope, metadata: Metadata): Applied<E, S> {
    if (wanted.length === 0) return { state: this.state, records: [], decided: undefined, snapshotBy: undefined };
    const { eventHandler, tagger } = this.#options;
    const { persistenceId, snapshotting, gate, events: types } = this.#seat;
    this.#phase = "events";
    const events = types.accept(wanted, persistenceId);
    const metadataText = envelope.metadata === undefined ? undefined : encodeMetadata(metadata, persistenceId);
    const timestamp = Math.max(this.#timestamp, this.#seat.now());
    const records = recordsOf(events, types, persistenceId, timestamp, metadataText);
    const first = this.sequenceNr + 1;
    let sequenceNr = this.sequenceNr;
    let { state } = this;
    let snapshotBy: SnapshotCause | undefined;
    for (let index = 0; index < events.length; index++) {
      const event = events[index] as E;
      sequenceNr++;
      this.#phase = "eventHandler";
      const meta = { sequenceNr, timestamp, metadata, replaying: false };
      state = assertState(eventHandler(state, event, meta), state, event);
      this.#phase = "tagger";
      const record = records[index];
      if (tagger && record) record.tags = assertTags(tagger(event, state));
      this.#phase = "snapshots.when";
      if (snapshotBy !== "every") snapshotBy = snapshotting.wanted(state, event, sequenceNr) ?? snapshotBy;
    }
    this.#phase = "deliveries";
    const deliveries = this.#seat.deliveries?.decide(events, first, metadata);
    const tags = tagger && records.map((record) => record.tags);
    const decided = { events, timestamp, tags, metadata, sequenceNr: first, index: gate.collected, deliveries };
    return { state, records, decided, snapshotBy };
  }

  /** The answer, computed from the state right after the command's own events, and proved to be plain JSON. */
  #answer(effect: Effect<C, E, S>, envelope: Envelope, state: S): Answer {
    if (effect.kind === "unhandled") {
      this.#seat.unhandled(envelope.message);
      return { error: new UnhandledCommandError(this.#seat.path, messageType(envelope.message)) };
    }
    for (const step of effect.steps) {
      if (step.do === "reject") return { error: step.error };
      if (step.do !== "reply") continue;
      this.#phase = "thenReply";
      const value = step.value(state);
      if (value !== undefined) assertJson(value, "reply to", this.#seat.persistenceId, messageType(envelope.message));
      return { value };
    }
    return { value: undefined };
  }

  #snapshot(effect: Effect<C, E, S>, { state, decided, snapshotBy }: Applied<E, S>): DecidedSnapshot | undefined {
    if (decided) {
      this.sequenceNr += decided.events.length;
      this.#timestamp = decided.timestamp;
    }
    const by = snapshotBy ?? (effect.steps.some((step) => step.do === "snapshot") ? "command" : undefined);
    return by && this.#takeSnapshot(state, by);
  }

  #takeSnapshot(state: S, by: SnapshotCause): DecidedSnapshot | undefined {
    const { snapshotting, deliveries, receipts } = this.#seat;
    try {
      const members = [deliveries?.toMember(), receipts.toMember(this.#timestamp)];
      return { record: snapshotting.take(state, this.sequenceNr, ...members), by };
    } catch (error) {
      snapshotting.failed(this.sequenceNr, error);
      return undefined;
    }
  }

  /** Saves a snapshot that the rule has wanted, and that is missing after recovery. */
  saveMissingSnapshot(): void {
    const snapshot = this.#takeSnapshot(this.state, "every");
    if (snapshot) this.#seat.outputs.save(snapshot.record, snapshot.by);
  }

  #stashAway(envelope: Envelope): void {
    const capacity = this.#options.stashCapacity ?? defaultStashCapacity;
    if (this.#stash.length < capacity) {
      this.#stash.push(envelope);
      return;
    }
    this.#seat.stashOverflow(envelope.message);
    const overflow = new MailboxOverflowError(this.#seat.path, capacity, "stash");
    if (this.#options.stashOverflow === "fail") throw overflow;
    envelope.reply?.reject(overflow);
  }
}

function runsOf<C, E, S>({ steps }: Effect<C, E, S>, state: S): DecidedRuns<S> | undefined {
  let callbacks: ((state: S) => void)[] | undefined;
  for (const step of steps) {
    if (step.do !== "run") continue;
    if (callbacks) callbacks.push(step.callback);
    else callbacks = [step.callback];
  }
  return callbacks && { callbacks, state };
}
