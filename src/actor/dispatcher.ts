/** Gives turns to the actors of one system: all that are ready in one round of the event loop, in the order in which they became so. */

/** Something that takes turns. */
export interface Dispatchable {
  /** One turn. Must not throw. */
  runTurn(): void;
}

/** One per actor system. A round costs one callback of the event loop, however many actors are ready. */
export class Dispatcher {
  #ready: Dispatchable[] = [];
  #scheduled = false;

  /** Gives `actor` a turn in the next round. */
  request(actor: Dispatchable): void {
    this.#ready.push(actor);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#runRound());
  }

  /** Who becomes ready meanwhile has its turn in the round after this one, so that I/O and timers get theirs in between. */
  #runRound(): void {
    const ready = this.#ready;
    this.#ready = [];
    this.#scheduled = false;
    for (const actor of ready) actor.runTurn();
  }
}
