/** The wait before a restart; it can be cut short. */
import type { Clock, Timer } from "../clock.ts";

/** One wait at a time. */
export class Pause {
  #timer: Timer | undefined;
  #done: (() => void) | undefined;

  /** Resolves after `pauseMs`, in milliseconds, or when it is cut short. */
  wait(clock: Clock, pauseMs: number): Promise<void> {
    return new Promise((done) => {
      this.#timer = clock.setTimer(pauseMs, done);
      this.#done = done;
    });
  }

  cutShort(): void {
    this.#timer?.cancel();
    this.#done?.();
  }
}
