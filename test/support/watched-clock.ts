/** A manual clock that also knows which of its timers would keep a process alive. */
import type { Timer } from "rekindle";
import { ManualClock } from "rekindle/testkit";

export class WatchedClock extends ManualClock {
  readonly #alive = new Set<object>();

  /** How many timers keep the process alive. */
  get keepingAlive(): number {
    return this.#alive.size;
  }

  override setTimer(delayMs: number, callback: () => void): Timer {
    const timer = super.setTimer(delayMs, () => {
      this.#alive.delete(timer);
      callback();
    });
    this.#alive.add(timer);
    return {
      cancel: () => {
        this.#alive.delete(timer);
        timer.cancel();
      },
      keepAlive: (yes) => {
        if (yes) this.#alive.add(timer);
        else this.#alive.delete(timer);
      },
    };
  }
}
