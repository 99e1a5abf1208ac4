/** Where time comes from: nothing else in src reads a clock or sets a timer. */

/** A source of time that can be replaced, for example by `ManualClock` of rekindle/testkit. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some fixed moment; never goes back, not even when the wall clock is set. */
  monotonic(): number;
  /** Calls `callback` once, after `delayMs`. */
  setTimer(delayMs: number, callback: () => void): Timer;
}

/** A timer that has been set. */
export interface Timer {
  /** After it, the callback is not called any more. */
  cancel(): void;
  /** Whether the timer keeps the process alive; it does until told otherwise. */
  keepAlive(yes: boolean): void;
}

/** Node refuses longer timers and would fire at once. */
export const timerDelayMsMax = 2_147_483_647;

/** The clock of the operating system. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, callback) {
    const timeout = setTimeout(callback, Math.min(delayMs, timerDelayMsMax));
    return {
      cancel: () => clearTimeout(timeout),
      keepAlive: (yes) => {
        if (yes) timeout.ref();
        else timeout.unref();
      },
    };
  },
};

/** How long this thread has been busy so far, in milliseconds: it does not count while there is nothing to do but wait. */
export function busyMs(): number {
  return performance.eventLoopUtilization().active;
}
