/** What belongs to one incarnation of an actor and is gone with it: timers, the receive timeout, what it watches. */
import type { Clock, Timer } from "../clock.ts";
import type { ActorCell } from "./actor-cell.ts";
import { type AnyActorRef, liveCellOf } from "./actor-ref.ts";
import { IncarnationTimers, type SendToSelf, type Timers } from "./timers.ts";

/** A message, or what makes one from the error that ended the watched actor, if an error did. */
export type WatchMessage<M> = M | ((error: unknown) => M);

/** The part of an actor's context that is the same for plain actors and entities. */
export interface OwnBelongings<M> {
  /** Timers that send messages to this actor. */
  readonly timers: Timers<M>;

  /**
   * Sends `message` to this actor when `ref` has ended; at once if it has, or if an entity is not live. Watching again replaces
   * the message. A function that makes the message and throws fails this actor, not the one that it watches.
   *
   * @throws TypeError when `ref` is no reference of this library
   */
  watch(ref: AnyActorRef, message: WatchMessage<M>): void;

  /** @throws TypeError when `ref` is no reference of this library */
  unwatch(ref: AnyActorRef): void;

  /**
   * Sends `message` to this actor whenever it has taken no message for `afterMs`, in milliseconds; once while it is busy. Setting
   * it again replaces it.
   *
   * @throws TypeError when `afterMs` is no number above 0
   */
  setReceiveTimeout(afterMs: number, message: M): void;

  cancelReceiveTimeout(): void;
}

/** See {@link OwnBelongings}. What is not used is not made: most actors own nothing. */
export class Belongings<M> implements OwnBelongings<M> {
  readonly #clock: Clock;
  readonly #send: SendToSelf<M>;
  readonly #fail: (error: unknown) => void;
  /** By the cell and not by the reference: an entity has many references. */
  #watched: Map<ActorCell, () => void> | undefined;
  #timers: IncarnationTimers<M> | undefined;
  #receiveTimeout: ReceiveTimeout | undefined;
  #closed = false;

  /**
   * @param send to the actor itself
   * @param fail the actor, between two messages
   */
  constructor(clock: Clock, send: SendToSelf<M>, fail: (error: unknown) => void) {
    this.#clock = clock;
    this.#send = send;
    this.#fail = fail;
  }

  get timers(): IncarnationTimers<M> {
    this.#timers ??= this.#makeTimers();
    return this.#timers;
  }

  /** Nothing that could send a message is left. */
  get idle(): boolean {
    return !this.#timers?.size && !this.#watched?.size && this.#receiveTimeout === undefined;
  }

  watch(ref: AnyActorRef, message: WatchMessage<M>): void {
    this.unwatch(ref);
    if (this.#closed) return;
    const tell = (error?: unknown): void =>
      this.#send(isFactory(message) ? message(error) : message, () => !this.#closed);
    const cell = liveCellOf(ref);
    if (!cell || cell.ended) return tell();
    const ended = (error: unknown): void => {
      this.#watched?.delete(cell);
      try {
        tell(error);
      } catch (mistake) {
        // The actor that ends is in the middle of it, and must not be kept from it.
        this.#fail(mistake);
      }
    };
    this.#watched ??= new Map();
    this.#watched.set(cell, cell.onEnded(ended));
  }

  unwatch(ref: AnyActorRef): void {
    const cell = liveCellOf(ref);
    if (!cell) return;
    this.#watched?.get(cell)?.();
    this.#watched?.delete(cell);
  }

  setReceiveTimeout(afterMs: number, message: M): void {
    if (!(typeof afterMs === "number" && afterMs > 0)) {
      throw new TypeError(`afterMs of a receive timeout must be a number above 0, not ${String(afterMs)}`);
    }
    this.cancelReceiveTimeout();
    if (this.#closed) return;
    const timeout = new ReceiveTimeout(this.#clock, afterMs, () =>
      this.#send(message, () => this.#receiveTimeout === timeout),
    );
    this.#receiveTimeout = timeout;
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
    this.#timers?.close();
    this.cancelReceiveTimeout();
    for (const stopWatching of this.#watched?.values() ?? []) stopWatching();
    this.#watched = undefined;
  }

  #makeTimers(): IncarnationTimers<M> {
    const timers = new IncarnationTimers(this.#clock, this.#send);
    if (this.#closed) timers.close();
    return timers;
  }
}

/** One timer however many messages come: it is set again only when it fires too early, or with the next message. */
class ReceiveTimeout {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #expire: () => void;
  #lastMessageAt: number;
  /** Undefined while the message that it sent is on its way. */
  #timer: Timer | undefined;

  constructor(clock: Clock, afterMs: number, expire: () => void) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#expire = expire;
    this.#lastMessageAt = clock.monotonic();
    this.#arm(afterMs);
  }

  restart(): void {
    this.#lastMessageAt = this.#clock.monotonic();
    if (!this.#timer) this.#arm(this.#afterMs);
  }

  cancel(): void {
    this.#timer?.cancel();
  }

  #arm(afterMs: number): void {
    this.#timer = this.#clock.setTimer(afterMs, () => this.#fire());
  }

  #fire(): void {
    const leftMs = this.#lastMessageAt + this.#afterMs - this.#clock.monotonic();
    this.#timer = undefined;
    if (leftMs > 0) this.#arm(Math.ceil(leftMs));
    else this.#expire();
  }
}

function isFactory<M>(message: WatchMessage<M>): message is (error: unknown) => M {
  return typeof message === "function";
}
