/**
 * When what waits is worth a write of its own. If deciding the commands under way takes clearly longer than a write, they go in two halves, of
 * which one is decided while the other is written; if not (few commands, a slow disk), one write for all of them is quicker than two.
 */
import { eagerBytes, eagerEventsMax, eagerEventsMin } from "../level-storage-options.ts";

/** One write counts for so much in the means of the last ones. */
const weight = 1 / 8;

/** Deciding must take so much longer than writing: a second flush costs processor time, too. */
const margin = 1.25;

/** Learns from each write of one store. */
export class CommitPace {
  /** How long a write takes, in milliseconds: a mean of the last ones. */
  #writeMs = 0;
  /** Likewise, how long this thread is busy for each event, whatever it does. */
  #busyMsPerEvent = 0;
  #busyMs: number;
  #eagerEvents = eagerEventsMax;

  /** @param busyMs how long this thread has been busy until now */
  constructor(busyMs: number) {
    this.#busyMs = busyMs;
  }

  /**
   * A write is over.
   *
   * @param events in it
   * @param waiting events that came meanwhile
   * @param busyMs how long this thread has been busy until now
   */
  wrote(events: number, waiting: number, tookMs: number, busyMs: number): void {
    if (events === 0) return;
    this.#writeMs += (tookMs - this.#writeMs) * weight;
    this.#busyMsPerEvent += ((busyMs - this.#busyMs) / events - this.#busyMsPerEvent) * weight;
    this.#busyMs = busyMs;
    const underWay = events + waiting;
    const inHalves = underWay * this.#busyMsPerEvent > this.#writeMs * margin;
    this.#eagerEvents = inHalves ? Math.min(Math.max(underWay / 2, eagerEventsMin), eagerEventsMax) : eagerEventsMax;
  }

  /** Whether so much is written at once. */
  isEager(events: number, bytes: number): boolean {
    return events >= this.#eagerEvents || bytes >= eagerBytes;
  }
}
