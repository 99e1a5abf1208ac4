/** How a plain actor is described, and what it can do with the system it lives in. */
import type { Clock } from "../clock.ts";
import type { ActorRef, AnyActorRef } from "./actor-ref.ts";
import type { OwnBelongings } from "./belongings.ts";
import type { Logger } from "./logger.ts";
import type { NactRef } from "./nact-actor.ts";
import { assertSupervision, type Supervision } from "./supervision.ts";

/** The actors' side of an actor system. */
export interface ActorScope {
  readonly name: string;
  readonly clock: Clock;
  /** The nact system: actors spawned under it with nact's own `spawn` live beside ours. */
  readonly nact: NactRef<never>;

  /**
   * Starts an actor.
   *
   * @param name unique among its siblings; a free one is made up when it is left out
   * @throws TypeError for a bad name or definition, NameTakenError when the name is in use, ActorStoppedError after terminate
   */
  spawn<M, S>(behavior: ActorDefinition<M, S>, name?: string): ActorRef<M>;

  /**
   * Stops an actor after the messages that it has now. Resolves when it has ended; at once if it has. An actor that awaits its own
   * end inside its handler waits for ever: do not await it there.
   */
  stop(ref: AnyActorRef): Promise<void>;

  /** Ends an actor at once; its waiting messages become dead letters, its askers get ActorStoppedError. Resolves when it has ended. */
  kill(ref: AnyActorRef): Promise<void>;

  /** Resolves when the actor has ended; at once if it has, or if an entity is not live. */
  watch(ref: AnyActorRef): Promise<void>;
}

/** What a plain actor's `receive` is given besides state and message. */
export interface ActorContext<M> extends OwnBelongings<M> {
  readonly self: ActorRef<M>;
  readonly system: ActorScope;
  readonly log: Logger;
  /**
   * Answers whoever asked; does nothing after a `tell`, or after the first answer. May be kept and called later. A promise answers
   * with what it settles to.
   */
  readonly reply: (value: unknown) => void;
  /** Answers with an error: the asker's promise rejects with it. */
  readonly reject: (error: Error) => void;
  /** What the sender gave along; empty if nothing. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Spawns a child: it stops when this actor stops or restarts. */
  readonly spawn: ActorScope["spawn"];
}

/** How a plain actor behaves. */
export interface ActorOptions<M, S> {
  /** The state of a new incarnation; a function is called for each, so that none shares its state with another. */
  readonly initialState: S | (() => S);
  /** Takes one message at a time and gives the next state. While a promise is pending no other message is taken. */
  readonly receive: (state: S, message: M, context: ActorContext<M>) => S | Promise<S>;
  /** Called when the actor has stopped; not at a restart. What it throws is logged. */
  readonly onStop?: (state: S) => void;
  /** Default: restart with back-off, with a fresh state and the messages that wait. */
  readonly supervision?: Supervision;
  /** Default 262,144. A message beyond it is refused with MailboxOverflowError. */
  readonly mailboxCapacity?: number;
}

/** A plain actor, to be spawned. */
export interface ActorDefinition<M, S = unknown> {
  readonly kind: "actor";
  readonly options: ActorOptions<M, S>;
}

/**
 * Describes a plain actor.
 *
 * @throws TypeError when an option is of the wrong kind
 */
export function actor<M, S>(options: ActorOptions<M, S>): ActorDefinition<M, S> {
  if (typeof options?.receive !== "function") throw new TypeError("receive of an actor must be a function");
  if (options.onStop !== undefined && typeof options.onStop !== "function") {
    throw new TypeError("onStop of an actor must be a function");
  }
  assertSupervision(options.supervision, "an actor");
  assertCapacity(options.mailboxCapacity, "mailboxCapacity of an actor");
  return { kind: "actor", options };
}

/** @throws TypeError when a capacity is given and is not a whole number above 0 */
export function assertCapacity(capacity: number | undefined, what: string): void {
  if (capacity === undefined || (Number.isSafeInteger(capacity) && capacity > 0)) return;
  throw new TypeError(`${what} must be a whole number above 0, not ${String(capacity)}`);
}
