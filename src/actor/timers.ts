/** Timers that send messages to an actor: owned by one incarnation, gone with it. */
import type { Clock, Timer } from "../clock.ts";

/** Named timers; starting one under a key in use replaces it. No message of a timer is taken after it was replaced or cancelled. */
export interface Timers<M> {
  /** Sends `message` to the actor itself once, after `delayMs`. */
  startSingleTimer(key: string, message: M, delayMs: number): void;
  /** Sends `message` to the actor itself again and again, `delayMs` (above 0) after the last time. */
  startTimerWithFixedDelay(key: string, message: M, delayMs: number): void;
  isTimerActive(key: string): boolean;
  cancel(key: string): void;
  cancelAll(): void;
}

/** Sends a message to the actor itself; it is passed over if `wanted` says no when its turn comes. */
export type SendToSelf<M> = (message: M, wanted: () => boolean) => void;

/** One start of a timer: its message is wanted for as long as the start is not replaced or cancelled. */
interface Start {
  timer: Timer | undefined;
}

/** The timers of one incarnation. */
export class IncarnationTimers<M> implements Timers<M> {
  readonly #clock: Clock;
  readonly #send: SendToSelf<M>;
  readonly #starts = new Map<string, Start>();
  #closed = false;

  constructor(clock: Clock, send: SendToSelf<M>) {
    this.#clock = clock;
    this.#send = send;
  }

  /** How many will still fire. */
  get size(): number {
    let size = 0;
    for (const { timer } of this.#starts.values()) if (timer) size++;
    return size;
  }

  startSingleTimer(key: string, message: M, delayMs: number): void {
    const start = this.#start(key, delayMs);
    if (!start) return;
    const wanted = (): boolean => this.#isCurrent(key, start) && this.#starts.delete(key);
    start.timer = this.#clock.setTimer(delayMs, () => {
      start.timer = undefined;
      this.#send(message, wanted);
    });
  }

  startTimerWithFixedDelay(key: string, message: M, delayMs: number): void {
    if (delayMs === 0) throw new TypeError(`delayMs of timer ${key} must be above 0: it would never pause`);
    const start = this.#start(key, delayMs);
    if (!start) return;
    const wanted = (): boolean => this.#isCurrent(key, start);
    const arm = (): void => {
      start.timer = this.#clock.setTimer(delayMs, () => {
        arm();
        this.#send(message, wanted);
      });
    };
    arm();
  }

  isTimerActive(key: string): boolean {
    return this.#starts.get(key)?.timer !== undefined;
  }

  cancel(key: string): void {
    this.#starts.get(key)?.timer?.cancel();
    this.#starts.delete(key);
  }

  cancelAll(): void {
    for (const key of [...this.#starts.keys()]) this.cancel(key);
  }

  /** The incarnation is over: what it starts from now on, out of a promise that was still pending, is not started. */
  close(): void {
    this.cancelAll();
    this.#closed = true;
  }

  #start(key: string, delayMs: number): Start | undefined {
    if (!(typeof delayMs === "number" && delayMs >= 0))
      throw new TypeError(`delayMs of timer ${key} must be a number of at least 0, not ${String(delayMs)}`);
    this.cancel(key);
    if (this.#closed) return undefined;
    const start: Start = { timer: undefined };
    this.#starts.set(key, start);
    return start;
  }

  #isCurrent(key: string, start: Start): boolean {
    return this.#starts.get(key) === start;
  }
}
