/** Specifications of an aggregate without a system: given events, when a command, then events, state and reply. */
import { deepStrictEqual } from "node:assert";
import { Belongings } from "../actor/belongings.ts";
import type { Envelope } from "../actor/envelope.ts";
import { silentLogger } from "../actor/logger.ts";
import { assertJson } from "../codec/encode-json.ts";
import { Effect } from "../persistence/effect.ts";
import { EntityType } from "../persistence/entity-type.ts";
import { encodeEvent } from "../persistence/event-codec.ts";
import type { CommandContext, EventSourcedDefinition } from "../persistence/event-sourced.ts";
import { persistenceIdOf } from "../persistence/persistence-id.ts";
import { Receipts } from "../persistence/receipts.ts";
import { Running, type RunningSeat } from "../persistence/running.ts";
import { type Metadata, noMetadata } from "../storage/stored-event.ts";
import { ManualClock } from "./manual-clock.ts";

/** What a command led to. */
export interface Outcome<E, S> {
  /** The events that would be stored. */
  readonly events: readonly E[];
  /** The state after them. */
  readonly state: S;
  /** What the asker would get; undefined when there is no reply. */
  readonly reply: unknown;
  /** Whether the handler answered at all: an asker without an answer gets undefined. Not enumerable. */
  readonly replied: boolean;
  /** What the asker's promise would reject with, if it would. */
  readonly rejection: Error | undefined;
  /**
   * Recovers as after a restart, from what would be on disk, and compares with `state`; returns the recovered state. Not enumerable.
   *
   * @throws AssertionError when the recovered state is another one, SerializationError when the definition saves snapshots and
   * the state is no plain JSON
   */
  restart(): S;
}

/** A state to begin with, instead of the events that led to it. */
export interface GivenState<S> {
  readonly state: S;
  /** Of the last event in it. Default 0. */
  readonly sequenceNr?: number;
}

/** An aggregate with a history. */
export interface Given<C, E, S> {
  /**
   * Decides one command on what was given; a second call begins from there again. Side effects of `thenRun` are not run.
   *
   * @throws whatever the handlers throw, and TypeError for a handler that returns a promise
   */
  when(command: C, options?: { readonly metadata?: Metadata }): Outcome<E, S>;
}

/** Begins a specification: `given(cart, [itemAdded]).when(checkout)`, or from a state: `given(cart, { state })`. */
export function given<C, E, S>(
  definition: EventSourcedDefinition<C, E, S>,
  history: readonly E[] | GivenState<S> = [],
  options: { readonly entityId?: string } = {},
): Given<C, E, S> {
  const type = new EntityType(definition);
  const entityId = options.entityId ?? "given";
  return {
    when(command, { metadata } = {}) {
      return new Bench(type, entityId, history).handle({ message: command, metadata });
    },
  };
}

/** An entity that runs on the spot: what would be stored is kept, what would leave leaves at once. */
class Bench<C, E, S> {
  readonly #type: EntityType<C, E, S>;
  readonly #history: readonly E[] | GivenState<S>;
  readonly #seat: RunningSeat<C, E, S>;
  readonly #running: Running<C, E, S>;
  readonly #clock = new ManualClock();
  readonly #events: E[] = [];
  #replied = false;

  constructor(type: EntityType<C, E, S>, entityId: string, history: readonly E[] | GivenState<S>) {
    this.#type = type;
    this.#history = history;
    this.#seat = this.#makeSeat(entityId);
    const { state, sequenceNr } = this.#given();
    this.#running = new Running(type.options, this.#seat, state, sequenceNr, this.#clock.now());
  }

  handle({ message, metadata }: Pick<Envelope, "message" | "metadata">): Outcome<E, S> {
    let reply: unknown;
    let rejection: Error | undefined;
    const address = { resolve: (value: unknown) => (reply = value), reject: (error: Error) => (rejection = error) };
    const pending = this.#running.receive({ message, metadata, reply: address });
    if (pending) {
      pending.catch(() => {});
      throw new TypeError("the command handler returned a promise; try it in an ActorSystem with memoryStorage()");
    }
    const { state } = this.#running;
    const restart = (): S => this.#restart(state);
    const outcome = { events: this.#events, state, reply, rejection, replied: this.#replied, restart };
    // What is expected names the first four; comparing with it must not see the others.
    for (const name of ["replied", "restart"]) Object.defineProperty(outcome, name, { enumerable: false });
    return outcome;
  }

  /** What was given, as recovery finds it. */
  #given(): { readonly state: S; readonly sequenceNr: number } {
    const history = this.#history;
    if (isState(history)) return { state: history.state, sequenceNr: history.sequenceNr ?? 0 };
    return { state: this.#replay(this.#type.emptyState(), 0, history), sequenceNr: history.length };
  }

  #restart(live: S): S {
    if (this.#type.options.snapshots) assertJson(live, "state", this.#seat.persistenceId);
    const { state, sequenceNr } = this.#given();
    const stored = this.#events.map((event): E => JSON.parse(encodeEvent(event, this.#seat.persistenceId)));
    const recovered = this.#replay(state, sequenceNr, stored);
    deepStrictEqual(recovered, live, "the recovered state is not the live one; is the event handler pure?");
    return recovered;
  }

  #replay(from: S, after: number, events: readonly E[]): S {
    let state = from;
    for (const [index, event] of events.entries()) {
      const meta = { timestamp: this.#clock.now(), metadata: noMetadata, replaying: true };
      state = this.#type.options.eventHandler(state, event, { sequenceNr: after + index + 1, ...meta });
    }
    return state;
  }

  #makeSeat(entityId: string): RunningSeat<C, E, S> {
    const { options, name, events } = this.#type;
    const persistenceId = persistenceIdOf(options, entityId);
    const decide = (state: S, command: C, metadata: Metadata): unknown => {
      const effect = options.commandHandler(state, command, this.#context(entityId, persistenceId, metadata));
      if (effect instanceof Effect) this.#replied = effect.steps.some((step) => step.do === "reply");
      return effect;
    };
    const outputs = {
      listening: true,
      publish: (event: E) => void this.#events.push(event),
      run: () => true,
      save: nothing,
      failed: nothing,
      deliver: nothing,
    };
    return {
      path: `given://${name}/${entityId}`,
      persistenceId,
      events,
      gate: { collected: 0, collect: nothing, hold: (output) => output.release(0, 0) },
      outputs,
      snapshotting: {
        wanted: () => undefined,
        take: (_state, sequenceNr) => ({ persistenceId, sequenceNr, schemaVersion: 1, state: "null" }),
        failed: nothing,
      },
      deliveries: undefined,
      receipts: new Receipts(),
      now: () => this.#clock.now(),
      decide,
      unhandled: nothing,
      stashOverflow: nothing,
      replayFirst: nothing,
      persistRejected: (envelope, error) => void envelope.reply?.reject(error),
    };
  }

  #context(entityId: string, persistenceId: string, metadata: Metadata): CommandContext<C, E, S> {
    const outside = (what: string): never => {
      throw new TypeError(`given().when() has no ${what}; try the handler in an ActorSystem with memoryStorage()`);
    };
    const own = new Belongings<C>(this.#clock, nothing, nothing);
    return {
      timers: own.timers,
      watch: (ref, message) => own.watch(ref, message),
      unwatch: (ref) => own.unwatch(ref),
      setReceiveTimeout: (afterMs, message) => own.setReceiveTimeout(afterMs, message),
      cancelReceiveTimeout: () => own.cancelReceiveTimeout(),
      effect: this.#type.effects,
      persistenceId,
      entityId,
      sequenceNr: this.#running.sequenceNr,
      metadata,
      log: silentLogger,
      spawn: () => outside("spawn"),
      get self(): never {
        return outside("self");
      },
      get system(): never {
        return outside("system");
      },
    };
  }
}

function nothing(): void {}

function isState<E, S>(history: readonly E[] | GivenState<S>): history is GivenState<S> {
  return !Array.isArray(history);
}
