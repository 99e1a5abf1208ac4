/** What a command handler decides, as data: nothing has happened yet when an effect is returned. */
import type { ReplyOf } from "../actor/command.ts";

/** What follows once the events of an effect are applied, in the order of the calls. */
export type Step<S> =
  | { readonly do: "reply"; readonly value: (state: S) => unknown }
  | { readonly do: "reject"; readonly error: Error }
  | { readonly do: "run"; readonly callback: (state: S) => void }
  | { readonly do: "snapshot" }
  | { readonly do: "unstashAll" }
  | { readonly do: "stop" };

/** What an effect begins with. */
export type EffectKind = "persist" | "none" | "unhandled" | "stash";

/**
 * A decision. Every method gives a new effect with one step more; an effect itself never changes and may be used again.
 * The parameters are the state, the events, and the commands of the entity.
 */
export class Effect<C, E, S> {
  readonly kind: EffectKind;
  readonly events: readonly E[];
  readonly steps: readonly Step<S>[];

  constructor(kind: EffectKind, events: readonly E[], steps: readonly Step<S>[]) {
    this.kind = kind;
    this.events = events;
    this.steps = steps;
  }

  /** Answers the command with a value computed from the state after the events; it leaves when they are durable. Plain JSON. */
  thenReply<K extends C>(_command: K, reply: (state: S) => ReplyOf<K>): Effect<C, E, S> {
    return this.#then({ do: "reply", value: assertFunction(reply, "thenReply") });
  }

  /** Runs a side effect once the events are durable: at most once, never on replay. */
  thenRun(callback: (state: S) => void): Effect<C, E, S> {
    return this.#then({ do: "run", callback: assertFunction(callback, "thenRun") });
  }

  /** Saves a snapshot of the state after the events, once they are durable. No reply waits for it. */
  thenSnapshot(): Effect<C, E, S> {
    return this.#then({ do: "snapshot" });
  }

  /** Handles the commands stashed so far before any other, in their order. */
  thenUnstashAll(): Effect<C, E, S> {
    return this.#then({ do: "unstashAll" });
  }

  /** Stops the entity once everything before has left. */
  thenStop(): Effect<C, E, S> {
    return this.#then({ do: "stop" });
  }

  #then(step: Step<S>): Effect<C, E, S> {
    return new Effect<C, E, S>(this.kind, this.events, this.steps.length === 0 ? [step] : [...this.steps, step]);
  }
}

/** Makes effects; handed to every command handler, typed for its entity. */
export interface EffectFactory<C, E, S> {
  /** Stores one event, or several as one atomic write; an empty list stores nothing. */
  persist(events: E | readonly E[]): Effect<C, E, S>;
  /** Stores nothing; a question without a reply step is answered with undefined. */
  none(): Effect<C, E, S>;
  /** Stores nothing, publishes `UnhandledMessage`, and rejects a question with UnhandledCommandError. */
  unhandled(): Effect<C, E, S>;
  /** Stores nothing and answers. */
  reply<K extends C>(command: K, value: ReplyOf<K>): Effect<C, E, S>;
  /** Stores nothing; the asker's promise rejects with this very error, and the entity goes on. */
  reject(command: C, error: Error): Effect<C, E, S>;
  /** Keeps this command until the next `thenUnstashAll`. */
  stash(): Effect<C, E, S>;
  /** Stops the entity. */
  stop(): Effect<C, E, S>;
  /** Saves a snapshot now. */
  snapshot(): Effect<C, E, S>;
}

/** A factory; one serves all entities of a type. */
export function effectFactory<C, E, S>(): EffectFactory<C, E, S> {
  const none = new Effect<C, E, S>("none", [], []);
  const unhandled = new Effect<C, E, S>("unhandled", [], []);
  const stash = new Effect<C, E, S>("stash", [], []);
  const stop = none.thenStop();
  const snapshot = none.thenSnapshot();
  return {
    persist: (events) => new Effect("persist", isList(events) ? [...events] : [events], []),
    none: () => none,
    unhandled: () => unhandled,
    reply: (_command, value) => new Effect("none", [], [{ do: "reply", value: () => value }]),
    reject: (_command, error) => new Effect("none", [], [{ do: "reject", error }]),
    stash: () => stash,
    stop: () => stop,
    snapshot: () => snapshot,
  };
}

function isList<E>(events: E | readonly E[]): events is readonly E[] {
  return Array.isArray(events);
}

function assertFunction<F>(candidate: F, of: string): F {
  if (typeof candidate !== "function") throw new TypeError(`${of} takes a function, not ${typeof candidate}`);
  return candidate;
}
