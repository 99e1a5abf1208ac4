/** The turns of all live readers of a system: together they take no more than their share of the event loop, and writers get theirs. */
import type { Clock } from "../clock.ts";

/** How many items a reader is handed in one turn. */
export const itemsPerTurnMax = 256;

/** How many items readers are handed in one round of the event loop, however long it took: at the least, and at the most. */
const itemsPerRoundMin = 256;
const itemsPerRoundMax = 8_192;

/** Readers may take so much of the time that all others took since the last round of readers. */
const readersShare = 0.25;

/** How much the newest round counts in what an item is taken to cost. */
const newestShare = 0.2;

/** How many turns that are over may lie in the queue before it is made shorter. */
const pastTurnsMax = 1_024;

/** Somebody who wants a turn. */
export interface TurnTaker {
  /** Does what there is to do, at once. Returns how many items were handed over. */
  takeTurn(): number;
}

/** First come, first served. */
export class Turns {
  readonly #clock: Clock;
  readonly #queue: TurnTaker[] = [];
  /** The first of the queue that has not had its turn. */
  #next = 0;
  /** How many items may still be handed over in this round. */
  #left = itemsPerRoundMin;
  #running = false;
  #scheduled = false;
  #roundBeganAt = 0;
  #roundEndedAt = 0;
  /** Of this round. */
  #handedOver = 0;
  #itemCostMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives a turn now or, if this round is used up, in one of the next. */
  request(taker: TurnTaker): void {
    this.#queue.push(taker);
    if (!this.#running) this.#run();
  }

  #run(): void {
    this.#running = true;
    while (this.#left > 0) {
      const taker = this.#queue[this.#next];
      if (!taker) break;
      this.#next++;
      const items = Math.max(taker.takeTurn(), 1);
      this.#left -= items;
      this.#handedOver += items;
    }
    this.#running = false;
    if (this.#next === this.#queue.length || this.#next >= pastTurnsMax) {
      this.#queue.splice(0, this.#next);
      this.#next = 0;
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Two in a row: between them is what readers do with their items, and nothing else.
    setImmediate(() => this.#beginRound());
    setImmediate(() => this.#endRound());
  }

  #beginRound(): void {
    this.#roundBeganAt = this.#clock.monotonic();
    const shareMs = (this.#roundBeganAt - this.#roundEndedAt) * readersShare;
    const items = this.#itemCostMs > 0 ? shareMs / this.#itemCostMs : itemsPerRoundMin;
    this.#left = Math.min(Math.max(Math.floor(items), itemsPerRoundMin), itemsPerRoundMax);
    this.#handedOver = 0;
    this.#scheduled = false;
    if (this.#queue.length > 0) this.#run();
  }

  #endRound(): void {
    this.#roundEndedAt = this.#clock.monotonic();
    if (this.#handedOver === 0) return;
    const costMs = (this.#roundEndedAt - this.#roundBeganAt) / this.#handedOver;
    this.#itemCostMs += (costMs - this.#itemCostMs) * newestShare;
  }
}
