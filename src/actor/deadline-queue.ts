/** Many waits of one and the same length behind one timer: adding and removing one costs a few pointers. */
import type { Clock, Timer } from "../clock.ts";

/** Something that waits. A queue links it to its neighbours; it can be in one queue at a time. */
export abstract class Waiting {
  deadline = 0;
  before: Waiting | undefined = undefined;
  after: Waiting | undefined = undefined;
  queue: DeadlineQueue | undefined = undefined;

  /** The time is up; the queue has let go of it. */
  abstract expire(): void;

  /** The queue was closed before the time was up; it has let go of it. */
  abandon(): void {}
}

/** Waits of `delayMs`, kept in the order of their deadlines. */
export class DeadlineQueue {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #keepsProcessAlive: boolean;
  #first: Waiting | undefined;
  #last: Waiting | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, delayMs: number, keepsProcessAlive: boolean) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#keepsProcessAlive = keepsProcessAlive;
  }

  /** Nothing waits. */
  get idle(): boolean {
    return this.#first === undefined;
  }

  /** Starts the wait of `item`, anew if it is waiting already. */
  add(item: Waiting): void {
    this.remove(item);
    item.deadline = this.#clock.monotonic() + this.#delayMs;
    item.queue = this;
    item.before = this.#last;
    if (this.#last) this.#last.after = item;
    else this.#first = item;
    this.#last = item;
    if (item.before) return;
    if (this.#timer) this.#timer.keepAlive(this.#keepsProcessAlive);
    else this.#arm(this.#delayMs);
  }

  /** Ends the wait of `item`, if it is waiting here. */
  remove(item: Waiting): void {
    if (item.queue !== this) return;
    if (item.before) item.before.after = item.after;
    else this.#first = item.after;
    if (item.after) item.after.before = item.before;
    else this.#last = item.before;
    item.before = undefined;
    item.after = undefined;
    item.queue = undefined;
    if (!this.#first) this.#timer?.keepAlive(false);
  }

  /** Abandons every wait and releases the timer. */
  close(): void {
    while (this.#first) {
      const item = this.#first;
      this.remove(item);
      item.abandon();
    }
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.setTimer(delayMs, () => this.#fire());
    if (!this.#keepsProcessAlive) this.#timer.keepAlive(false);
  }

  #fire(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    while (this.#first && this.#first.deadline <= now) {
      const item = this.#first;
      this.remove(item);
      item.expire();
    }
    if (this.#first && !this.#timer) this.#arm(Math.max(1, Math.ceil(this.#first.deadline - now)));
  }
}
