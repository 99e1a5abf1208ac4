/** The turns of all live readers of a system: together they take so many items in one round of the event loop, and writers get theirs. */

/** How many items readers are handed in one round of the event loop; a single reader gets no more in one turn. */
export const itemsPerRoundMax = 256;

/** How many turns that are over may lie in the queue before it is made shorter. */
const pastTurnsMax = 1_024;

/** Somebody who wants a turn. */
export interface TurnTaker {
  /** Does what there is to do, at once. Returns how many items were handed over. */
  takeTurn(): number;
}

/** First come, first served. */
export class Turns {
  readonly #queue: TurnTaker[] = [];
  /** The first of the queue that has not had its turn. */
  #next = 0;
  #left = itemsPerRoundMax;
  #running = false;
  #scheduled = false;

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
      this.#left -= Math.max(taker.takeTurn(), 1);
    }
    this.#running = false;
    if (this.#next === this.#queue.length || this.#next >= pastTurnsMax) {
      this.#queue.splice(0, this.#next);
      this.#next = 0;
    }
    this.#nextRound();
  }

  #nextRound(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#left = itemsPerRoundMax;
      if (this.#queue.length > 0) this.#run();
    });
  }
}
