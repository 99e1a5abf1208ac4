/** What happens after an actor has thrown: it is restarted after a pause that grows, or stopped. */
import { causesOf } from "../errors/causes.ts";
import { StorageFailedError, StorageFullError } from "../errors.ts";

/** How an actor is restarted. A string stops it at its first failure. */
export type Supervision = "stop" | RestartOptions;

/** Restart with exponential back-off. */
export interface RestartOptions {
  /** The pause before the first restart, in milliseconds; it doubles with every further one. Default 50. */
  readonly minBackoffMs?: number;
  /** The longest pause, in milliseconds and without jitter. Default 10,000. */
  readonly maxBackoffMs?: number;
  /**
   * How many restarts in a row before the actor is stopped. Default 20. Those because the store has failed do not count, unless
   * it is 0: an outage is no fault of the actor, and may last longer than any number of restarts.
   */
  readonly maxRestarts?: number;
  /** Up to this part of a pause is added at random, so that many do not restart at once. Default 0.2. */
  readonly jitter?: number;
  /** After so many milliseconds without a failure, pauses not counted, the count begins anew. Default: `maxBackoffMs`. */
  readonly resetAfterMs?: number;
}

const defaults = { minBackoffMs: 50, maxBackoffMs: 10_000, maxRestarts: 20, jitter: 0.2 };

/** The failures of one actor so far, and what follows from the next. */
export class RestartBackoff {
  readonly #options: Required<RestartOptions>;
  #restarts = 0;
  /** How many of the restarts count. */
  #counted = 0;
  #lastRestart = Number.NEGATIVE_INFINITY;

  constructor(supervision: Supervision | undefined) {
    const given = supervision === "stop" ? { maxRestarts: 0 } : supervision;
    const merged = { ...defaults, ...given };
    this.#options = { resetAfterMs: merged.maxBackoffMs, ...merged };
  }

  /** Restarts since the last quiet time. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Counts a failure at `now`: the pause before the restart in milliseconds, or undefined when the actor is to stop. */
  failed(now: number, error?: unknown): number | undefined {
    const { minBackoffMs, maxBackoffMs, maxRestarts, jitter, resetAfterMs } = this.#options;
    if (now - this.#lastRestart > resetAfterMs) {
      this.#restarts = 0;
      this.#counted = 0;
    }
    const counts = maxRestarts === 0 || !isOutage(error);
    if (counts && this.#counted >= maxRestarts) return undefined;
    const baseMs = Math.min(maxBackoffMs, minBackoffMs * 2 ** Math.min(this.#restarts, 52));
    const pauseMs = baseMs * (1 + Math.random() * jitter);
    this.#restarts++;
    if (counts) this.#counted++;
    this.#lastRestart = now + pauseMs;
    return pauseMs;
  }
}

/** Whether a failure of the store as a whole is at the bottom of an error. */
function isOutage(error: unknown): boolean {
  return causesOf(error).some((cause) => cause instanceof StorageFullError || cause instanceof StorageFailedError);
}

/** @throws TypeError when a supervision option is of the wrong kind */
export function assertSupervision(supervision: Supervision | undefined, of: string): void {
  if (supervision === undefined || supervision === "stop") return;
  if (typeof supervision !== "object" || supervision === null) {
    throw new TypeError(`supervision of ${of} must be "stop" or an object, not ${String(supervision)}`);
  }
  for (const [name, value] of Object.entries(supervision)) {
    if (!(typeof value === "number" && value >= 0)) {
      throw new TypeError(`supervision.${name} of ${of} must be a number of at least 0, not ${String(value)}`);
    }
  }
}
