/** A clock that stands still until a test moves it. */
import type { Clock, Timer } from "../clock.ts";

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/** Time under control of the test; timers fire inside `advance`, in the order of their deadlines. */
export class ManualClock implements Clock {
  #now: number;
  readonly #start: number;
  readonly #timers = new Set<Pending>();

  /** @param startMs what `now` says at first, in milliseconds since the epoch. Default 2020-01-01T00:00:00Z */
  constructor(startMs: number = Date.UTC(2020, 0, 1)) {
    this.#now = startMs;
    this.#start = startMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const pending: Pending = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(pending);
    return { cancel: () => this.#timers.delete(pending), keepAlive: () => {} };
  }

  /** Moves time on by `ms` and fires what comes due, also what is set meanwhile. @throws TypeError when `ms` is no finite number of at least 0 */
  advance(ms: number): void {
    if (!(Number.isFinite(ms) && ms >= 0))
      throw new TypeError(`advance takes a number of at least 0, not ${String(ms)}`);
    const until = this.#now + ms;
    for (let due = this.#nextDue(until); due; due = this.#nextDue(until)) {
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
    }
    this.#now = until;
  }

  #nextDue(until: number): Pending | undefined {
    let next: Pending | undefined;
    for (const pending of this.#timers) {
      if (pending.at <= until && (!next || pending.at < next.at)) next = pending;
    }
    return next;
  }
}
