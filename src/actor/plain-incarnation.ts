/** One life of an actor without persistence: a state, and a function that takes a message and gives the next state. */
import { ActorFailedError } from "../errors.ts";
import type { ActorContext, ActorOptions, ActorScope } from "./actor-definition.ts";
import type { ActorRef } from "./actor-ref.ts";
import { Belongings } from "./belongings.ts";
import type { Envelope, ReplyAddress } from "./envelope.ts";
import type { EndReason, Incarnation } from "./incarnation.ts";
import type { Logger } from "./logger.ts";
import { type BelongingsOwner, OwnContext } from "./own-context.ts";
import { isPromiseLike } from "./promise-like.ts";
import type { SendToSelf } from "./timers.ts";

const nobody = (): void => {};
const noMetadata = Object.freeze({});

/** What an incarnation of a plain actor is made of. */
export interface PlainActorSeat<M> {
  readonly self: ActorRef<M>;
  readonly system: ActorScope;
  readonly log: Logger;
  readonly spawn: ActorScope["spawn"];
  readonly enqueue: (envelope: Envelope) => void;
  /** Asks for a turn, in which a failure between two messages is found. */
  readonly wake: () => void;
}

/** One life of a plain actor. */
export class PlainIncarnation<M, S> implements Incarnation {
  readonly #options: ActorOptions<M, S>;
  readonly #seat: PlainActorSeat<M>;
  readonly #told: PlainContext<M>;
  readonly belongings: Belongings<M>;
  readonly #log: Logger;
  /** Undefined before `start`. */
  #state: S | undefined;
  #started = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: ActorOptions<M, S>, seat: PlainActorSeat<M>) {
    const { self, system, log, enqueue, wake } = seat;
    this.#options = options;
    this.#seat = seat;
    this.#log = log;
    const fail = (cause: unknown): void => {
      this.#failure ??= { error: new ActorFailedError(self.path, "watch", cause) };
      wake();
    };
    const send: SendToSelf<M> = (message, wanted) =>
      enqueue({ message, reply: undefined, metadata: undefined, wanted });
    const belongings = new Belongings<M>(system.clock, send, fail);
    this.belongings = belongings;
    this.#told = new PlainContext(seat, this);
  }

  get stopping(): boolean {
    return false;
  }

  get idle(): boolean {
    return this.belongings.idle;
  }

  start(): void {
    const { initialState } = this.#options;
    this.#state = isFactory(initialState) ? initialState() : initialState;
    this.#started = true;
  }

  receive(envelope: Envelope): void | Promise<void> {
    this.belongings.received();
    const next = this.#options.receive(this.#state as S, envelope.message as M, this.#contextOf(envelope));
    if (!isPromiseLike(next)) this.#become(next);
    else return Promise.resolve(next).then((state) => this.#become(state));
  }

  endTurn(): void {}

  /** What a plain actor leads to is under way at once. */
  get sated(): boolean {
    return false;
  }

  admit(): undefined {
    if (this.#failure) throw this.#failure.error;
    return undefined;
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  end(reason: EndReason): void {
    this.belongings.close();
    if (reason === "restarting") return;
    try {
      if (this.#started) this.#options.onStop?.(this.#state as S);
    } catch (error) {
      this.#log.error(`${this.#told.self.path} failed in onStop`, error);
    }
  }

  #become(state: S): void {
    this.#state = state;
  }

  #contextOf(envelope: Envelope): PlainContext<M> {
    const { reply, metadata } = envelope;
    return reply || metadata ? new PlainContext(this.#seat, this, reply, metadata) : this.#told;
  }
}

/** What an actor is given with a message. Its functions are made when they are asked for: there is a context for each question. */
class PlainContext<M> extends OwnContext<M> implements ActorContext<M> {
  readonly #seat: PlainActorSeat<M>;
  readonly #reply: ReplyAddress | undefined;
  readonly metadata: ActorContext<M>["metadata"];

  constructor(
    seat: PlainActorSeat<M>,
    owner: BelongingsOwner<M>,
    reply?: ReplyAddress,
    metadata: ActorContext<M>["metadata"] = noMetadata,
  ) {
    super(owner);
    this.#seat = seat;
    this.#reply = reply;
    this.metadata = metadata;
  }

  get self(): ActorRef<M> {
    return this.#seat.self;
  }

  get system(): ActorScope {
    return this.#seat.system;
  }

  get log(): Logger {
    return this.#seat.log;
  }

  get spawn(): ActorScope["spawn"] {
    return this.#seat.spawn;
  }

  get reply(): (value: unknown) => void {
    const address = this.#reply;
    return address ? (value) => answer(address, value) : nobody;
  }

  get reject(): (error: Error) => void {
    const address = this.#reply;
    return address ? (error) => address.reject(error) : nobody;
  }
}

/** A promise as an answer keeps the question waiting, its time limit included, until the promise settles. */
function answer(reply: ReplyAddress, value: unknown): void {
  if (!isPromiseLike(value)) return reply.resolve(value);
  Promise.resolve(value).then(
    (settled) => reply.resolve(settled),
    (error: Error) => reply.reject(error),
  );
}

function isFactory<S>(initial: S | (() => S)): initial is () => S {
  return typeof initial === "function";
}
