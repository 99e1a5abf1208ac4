/** Those who wait until a view contains an offset. */
import type { Clock, Timer } from "../clock.ts";
import { ProjectionTimeoutError } from "../errors/projection-error.ts";
import { waitTimeoutMsDefault } from "./projection-limits.ts";

/** How somebody waits. */
export interface WaitOptions {
  /** Rejects with ProjectionTimeoutError after this time, in milliseconds. Default 5,000; Infinity waits for ever. */
  readonly timeoutMs?: number;
  /** Aborting it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

interface Waiter {
  readonly offset: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One per running projection. */
export class OffsetWaiters {
  readonly #projection: string;
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiter>();
  /** The lowest that anybody waits for. */
  #lowest = Number.POSITIVE_INFINITY;

  constructor(projection: string, clock: Clock) {
    this.#projection = projection;
    this.#clock = clock;
  }

  /** @throws TypeError when an option is of the wrong kind (as a rejection) */
  async wait(
    offset: number,
    reached: () => number,
    { timeoutMs = waitTimeoutMsDefault, signal }: WaitOptions,
  ): Promise<void> {
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new TypeError(`waitFor takes an offset, a whole number from 0, not ${String(offset)}`);
    if (!(typeof timeoutMs === "number" && timeoutMs > 0))
      throw new TypeError(`timeoutMs must be a number above 0, not ${String(timeoutMs)}`);
    signal?.throwIfAborted();
    if (reached() >= offset) return;
    let timer: Timer | undefined;
    let abort: (() => void) | undefined;
    let waiter: Waiter | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        waiter = { offset, resolve, reject };
        this.#waiting.add(waiter);
        this.#lowest = Math.min(this.#lowest, offset);
        const expire = (): void => reject(new ProjectionTimeoutError(this.#projection, offset, reached(), timeoutMs));
        if (timeoutMs !== Number.POSITIVE_INFINITY) timer = this.#clock.setTimer(timeoutMs, expire);
        abort = () => reject(signal?.reason);
        signal?.addEventListener("abort", abort, { once: true });
      });
    } finally {
      timer?.cancel();
      if (abort) signal?.removeEventListener("abort", abort);
      if (waiter) this.#waiting.delete(waiter);
    }
  }

  /** Lets those go on who have waited for no more than this. */
  reached(offset: number): void {
    if (offset < this.#lowest) return;
    this.#lowest = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiting) {
      if (waiter.offset <= offset) waiter.resolve();
      else this.#lowest = Math.min(this.#lowest, waiter.offset);
    }
  }

  reject(error: unknown): void {
    for (const waiter of this.#waiting) waiter.reject(error);
  }
}
