/** Timers that send messages to an actor: owned by one incarnation, gone with it. */
import type { Clock, Timer } from "../clock.ts";

/** Named timers; starting one under a key in use replaces it. */
export interface Timers<M> {
  /** Sends `message` to the actor itself once, after `delayMs`. */
  startSingleTimer(key: string, message: M, delayMs: number): void;
  /** Sends `message` to the actor itself again and again, `delayMs` (above 0) after the last time. */
  startTimerWithFixedDelay(key: string, message: M, delayMs: number): void;
  isTimerActive(key: string): boolean;
  cancel(key: string): void;
  cancelAll(): void;
}

/** The timers of one incarnation. */
export class IncarnationTimers<M> implements Timers<M> {
  readonly #clock: Clock;
  readonly #send: (message: M) => void;
  readonly #timers = new Map<string, Timer>();
  #closed = false;

  constructor(clock: Clock, send: (message: M) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  get size(): number {
    return this.#timers.size;
  }

  startSingleTimer(key: string, message: M, delayMs: number): void {
    this.#start(key, delayMs, () => {
      this.#timers.delete(key);
      this.#send(message);
    });
  }

  startTimerWithFixedDelay(key: string, message: M, delayMs: number): void {
    if (delayMs === 0) throw new TypeError(`delayMs of timer ${key} must be above 0: it would never pause`);
    this.#start(key, delayMs, () => {
      this.startTimerWithFixedDelay(key, message, delayMs);
      this.#send(message);
    });
  }

  isTimerActive(key: string): boolean {
    return this.#timers.has(key);
  }

  cancel(key: string): void {
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
  }

  cancelAll(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  /** The incarnation is over: what it starts from now on, out of a promise that was still pending, is not started. */
  close(): void {
    this.cancelAll();
    this.#closed = true;
  }

  #start(key: string, delayMs: number, fire: () => void): void {
    if (!(delayMs >= 0))
      throw new TypeError(`delayMs of timer ${key} must be a number of at least 0, not ${String(delayMs)}`);
    this.cancel(key);
    if (this.#closed) return;
    this.#timers.set(key, this.#clock.setTimer(delayMs, fire));
  }
}
