/** Specifications of an aggregate without a system: given events, when a command, then events, state and reply. */
import type { Envelope } from "../actor/envelope.ts";
import { silentLogger } from "../actor/logger.ts";
import { IncarnationTimers } from "../actor/timers.ts";
import type { SerializationError } from "../errors.ts";
import { EntityType } from "../persistence/entity-type.ts";
import type { CommandContext, EventSourcedDefinition } from "../persistence/event-sourced.ts";
import { persistenceIdOf } from "../persistence/persistence-id.ts";
import { Running, type RunningSeat } from "../persistence/running.ts";
import { type EventRecord, type Metadata, noMetadata } from "../storage/stored-event.ts";
import { ManualClock } from "./manual-clock.ts";

/** What a command led to. */
export interface Outcome<E, S> {
  /** The events that would be stored. */
  readonly events: readonly E[];
  /** The state after them. */
  readonly state: S;
  /** What the asker would get; undefined when there is no reply. */
  readonly reply: unknown;
  /** What the asker's promise would reject with, if it would. */
  readonly rejection: Error | undefined;
}

/** An aggregate with a history. */
export interface Given<C, E, S> {
  /**
   * Decides one command on the state that the given events lead to; a second call begins from the same events again.
   * Side effects of `thenRun` are not run.
   *
   * @throws whatever the handlers throw, and TypeError for a handler that returns a promise
   */
  when(command: C, options?: { readonly metadata?: Metadata }): Outcome<E, S>;
}

/** Begins a specification: `given(cart, [itemAdded]).when(checkout)`. */
export function given<C, E, S>(
  definition: EventSourcedDefinition<C, E, S>,
  events: readonly E[] = [],
  options: { readonly entityId?: string } = {},
): Given<C, E, S> {
  const type = new EntityType(definition);
  const entityId = options.entityId ?? "given";
  return {
    when(command, { metadata } = {}) {
      const bench = new Bench(type, entityId);
      bench.replay(events);
      return bench.handle({ message: command, metadata });
    },
  };
}

/** The seat of an entity that runs on the spot: what would be stored is kept, what would leave leaves at once. */
class Bench<C, E, S> implements RunningSeat<C, E, S> {
  readonly path: string;
  readonly persistenceId: string;
  readonly snapshotting: RunningSeat<C, E, S>["snapshotting"];
  readonly gate: RunningSeat<C, E, S>["gate"];
  readonly listening = true;
  readonly #type: EntityType<C, E, S>;
  readonly #entityId: string;
  readonly #clock = new ManualClock();
  readonly #events: E[] = [];
  #running: Running<C, E, S>;

  constructor(type: EntityType<C, E, S>, entityId: string) {
    this.#type = type;
    this.#entityId = entityId;
    this.path = `given://${type.name}/${entityId}`;
    this.persistenceId = persistenceIdOf(type.options, entityId);
    const { persistenceId } = this;
    this.snapshotting = {
      wanted: () => undefined,
      take: (_state, sequenceNr) => ({ persistenceId, sequenceNr, schemaVersion: 1, state: "null" }),
      failed: () => {},
    };
    this.gate = { collected: 0, collect: () => {}, hold: (output) => output.release(0) };
    this.#running = new Running(type.options, this, type.emptyState(), 0, 0);
  }

  replay(events: readonly E[]): void {
    let state = this.#type.emptyState();
    for (const [index, event] of events.entries()) {
      const meta = { sequenceNr: index + 1, timestamp: this.now(), metadata: noMetadata, replaying: true };
      state = this.#type.options.eventHandler(state, event, meta);
    }
    this.#running = new Running(this.#type.options, this, state, events.length, this.now());
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
    return { events: this.#events, state: this.#running.state, reply, rejection };
  }

  decide(state: S, command: C, metadata: Metadata): unknown {
    return this.#type.options.commandHandler(state, command, this.#context(metadata));
  }

  now(): number {
    return this.#clock.now();
  }

  publish(event: E, _record: EventRecord, _metadata: Metadata, _sequenceNr: number, _offset: number): void {
    this.#events.push(event);
  }

  persistRejected(envelope: Envelope, error: SerializationError): void {
    envelope.reply?.reject(error);
  }

  run(): boolean {
    return true;
  }

  save(): void {}
  failed(): void {}
  unhandled(): void {}
  stashOverflow(): void {}
  replayFirst(): void {}

  #context(metadata: Metadata): CommandContext<C, E, S> {
    const outside = (what: string): never => {
      throw new TypeError(`given().when() has no ${what}; try the handler in an ActorSystem with memoryStorage()`);
    };
    return {
      effect: this.#type.effects,
      persistenceId: this.persistenceId,
      entityId: this.#entityId,
      sequenceNr: this.#running.sequenceNr,
      metadata,
      log: silentLogger,
      timers: new IncarnationTimers<C>(this.#clock, () => {}),
      get self(): never {
        return outside("self");
      },
      get system(): never {
        return outside("system");
      },
    };
  }
}
