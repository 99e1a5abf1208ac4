/** Gives turns to the actors of one system, in the order in which they became ready, in rounds of the event loop. */

/** Something that takes turns. */
export interface Dispatchable {
  /** One turn. Must not throw. Returns how many messages it took; one that goes on after an await may say less. */
  runTurn(): number;
}

/**
 * A round ends after so many messages. It costs one callback of the event loop, so few are dear; with many, what was decided waits for
 * the disk without need, is copied by the garbage collector meanwhile, and has left the caches of the processor when it is written.
 */
const messagesPerRound = 256;

/** One per actor system. */
export class Dispatcher {
  /** Whose turn it is, from {@link #next} on. */
  #ready: Dispatchable[] = [];
  #next = 0;
  /** Who became ready after them. */
  #later: Dispatchable[] = [];
  #scheduled = false;
  readonly #runNextRound = (): void => this.#runRound();

  /** Gives `actor` a turn after all that are ready now. */
  request(actor: Dispatchable): void {
    this.#later.push(actor);
    if (!this.#scheduled) this.#schedule();
  }

  #schedule(): void {
    this.#scheduled = true;
    setImmediate(this.#runNextRound);
  }

  /** Who becomes ready meanwhile comes after all others; where the round ends, I/O and timers get their turn. */
  #runRound(): void {
    for (let messages = 0; messages < messagesPerRound && this.#advance(); ) {
      const actor = this.#ready[this.#next++];
      // A turn without a message is one all the same: else two that wake each other would never let go.
      messages += Math.max(actor?.runTurn() ?? 0, 1);
    }
    if (this.#advance()) this.#schedule();
    else this.#scheduled = false;
  }

  /** Whether somebody is next. */
  #advance(): boolean {
    if (this.#next < this.#ready.length) return true;
    this.#ready = this.#later;
    this.#later = [];
    this.#next = 0;
    return this.#ready.length > 0;
  }
}
