/** What belongs to one incarnation of an actor and is gone with it: timers, the receive timeout, what it watches. */
import type { Clock, Timer } from "../clock.ts";
import { type AnyActorRef, liveCellOf } from "./actor-ref.ts";
import { IncarnationTimers, type Timers } from "./timers.ts";

/** A message, or what makes one from the error that ended the watched actor, if an error did. */
export type WatchMessage<M> = M | ((error: unknown) => M);

/** The part of an actor's context that is the same for plain actors and entities. */
export interface OwnBelongings<M> {
  /** Timers that send messages to this actor. */
  readonly timers: Timers<M>;

  /** Sends `message` to this actor when `ref` has ended; at once if it has, or if an entity is not live. Watching again replaces the message. */
  watch(ref: AnyActorRef, message: WatchMessage<M>): void;

  unwatch(ref: AnyActorRef): void;

  /** Sends `message` to this actor whenever no other message has come for `afterMs`. Setting it again replaces it. */
  setReceiveTimeout(afterMs: number, message: M): void;

  cancelReceiveTimeout(): void;
}

/** See {@link OwnBelongings}. */
export class Belongings<M> implements OwnBelongings<M> {
  readonly timers: IncarnationTimers<M>;
  readonly #clock: Clock;
  readonly #send: (message: M) => void;
  readonly #watched = new Map<AnyActorRef, () => void>();
  #receiveTimeout: ReceiveTimeout | undefined;
  #closed = false;

  /** @param send to the actor itself */
  constructor(clock: Clock, send: (message: M) => void) {
    this.#clock = clock;
    this.#send = send;
    this.timers = new IncarnationTimers(clock, send);
  }

  /** Nothing that could send a message is left. */
  get idle(): boolean {
    return this.timers.size === 0 && this.#watched.size === 0 && this.#receiveTimeout === undefined;
  }

  watch(ref: AnyActorRef, message: WatchMessage<M>): void {
    this.unwatch(ref);
    if (this.#closed) return;
    const ended = (error?: unknown): void => {
      this.#watched.delete(ref);
      if (!this.#closed) this.#send(isFactory(message) ? message(error) : message);
    };
    const cell = liveCellOf(ref);
    if (cell) this.#watched.set(ref, cell.onEnded(ended));
    else ended();
  }

  unwatch(ref: AnyActorRef): void {
    this.#watched.get(ref)?.();
    this.#watched.delete(ref);
  }

  setReceiveTimeout(afterMs: number, message: M): void {
    if (!(afterMs > 0)) throw new TypeError(`afterMs of a receive timeout must be above 0, not ${String(afterMs)}`);
    this.cancelReceiveTimeout();
    if (!this.#closed) this.#receiveTimeout = new ReceiveTimeout(this.#clock, afterMs, () => this.#send(message));
  }

  cancelReceiveTimeout(): void {
    this.#receiveTimeout?.cancel();
    this.#receiveTimeout = undefined;
  }

  /** A message has come. */
  received(): void {
    this.#receiveTimeout?.restart();
  }

  /** The incarnation is over. */
  close(): void {
    this.#closed = true;
    this.timers.close();
    this.cancelReceiveTimeout();
    for (const stopWatching of this.#watched.values()) stopWatching();
    this.#watched.clear();
  }
}

/** The belongings as part of a context, from which users take functions out. */
export function asContext<M>(belongings: Belongings<M>): OwnBelongings<M> {
  return {
    timers: belongings.timers,
    watch: (ref, message) => belongings.watch(ref, message),
    unwatch: (ref) => belongings.unwatch(ref),
    setReceiveTimeout: (afterMs, message) => belongings.setReceiveTimeout(afterMs, message),
    cancelReceiveTimeout: () => belongings.cancelReceiveTimeout(),
  };
}

/** One timer however many messages come: it is set again only when it fires too early. */
class ReceiveTimeout {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #expire: () => void;
  #lastMessageAt: number;
  #timer: Timer;

  constructor(clock: Clock, afterMs: number, expire: () => void) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#expire = expire;
    this.#lastMessageAt = clock.monotonic();
    this.#timer = clock.setTimer(afterMs, () => this.#fire());
  }

  restart(): void {
    this.#lastMessageAt = this.#clock.monotonic();
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #fire(): void {
    const leftMs = this.#lastMessageAt + this.#afterMs - this.#clock.monotonic();
    if (leftMs <= 0) this.restart();
    this.#timer = this.#clock.setTimer(leftMs > 0 ? Math.ceil(leftMs) : this.#afterMs, () => this.#fire());
    if (leftMs <= 0) this.#expire();
  }
}

function isFactory<M>(message: WatchMessage<M>): message is (error: unknown) => M {
  return typeof message === "function";
}
