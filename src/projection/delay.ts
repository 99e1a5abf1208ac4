/** A pause that can be cut short. */
import type { Clock } from "../clock.ts";

/** Resolves after `delayMs`, or when the signal is aborted. */
export function delay(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      timer.cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = clock.setTimer(delayMs, end);
    signal.addEventListener("abort", end, { once: true });
  });
}
