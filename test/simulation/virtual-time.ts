/** The one time line of a simulation: timers, storage completions, what the workload does, and every turn of the event loop. */
import type { Clock, Timer } from "rekindle";
import type { Random } from "./random.ts";

/** A timer that is due within so many milliseconds may fire before the turns that wait: the processor was slow. */
const overtakenMsMax = 20;

interface Due {
  readonly at: number;
  readonly fire: () => void;
}

interface Turn {
  readonly run: () => void;
}

/** Stands still until {@link step} is called; what comes next is the seed's choice among all that could come next. */
export class VirtualTime implements Clock {
  readonly #random: Random;
  readonly #overtakes: number;
  readonly #shuffles: number;
  readonly #timers = new Set<Due>();
  #turns: Turn[] = [];
  #now: number = Date.UTC(2020, 0, 1);
  /** What has been done so far: the finest measure of "before" and "after". */
  steps = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#overtakes = random.pick([0, 0.05, 0.3]);
    this.#shuffles = random.pick([0, 0.2, 1]);
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const due: Due = { at: this.#now + Math.max(0, delayMs), fire: callback };
    this.#timers.add(due);
    return { cancel: () => this.#timers.delete(due), keepAlive: () => {} };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(ms, resolve));
  }

  /** Stands in for `setImmediate`, with which nact gives turns to its actors. */
  addTurn(run: () => void): Turn {
    const turn: Turn = { run };
    this.#turns.push(turn);
    return turn;
  }

  removeTurn(turn: Turn): void {
    this.#turns = this.#turns.filter((other) => other !== turn);
  }

  /** Does the next thing; false when there is nothing left that could ever happen, or nothing before time has to pass. */
  step(may: "let time pass" | "only now" = "let time pass"): boolean {
    const next = this.#nextDue();
    const due = next && (may === "let time pass" || next.at <= this.#now) ? next : undefined;
    if (this.#turns.length > 0 && !(due && this.#overtake(due))) this.#runTurn();
    else if (due) this.#fire(due);
    else return false;
    this.steps++;
    return true;
  }

  /** The process is gone: nothing of what it was about to do happens. */
  forgetEverything(): void {
    this.#timers.clear();
    this.#turns = [];
  }

  #overtake(due: Due): boolean {
    return due.at <= this.#now + overtakenMsMax && this.#random.chance(this.#overtakes);
  }

  #runTurn(): void {
    const index = this.#random.chance(this.#shuffles) ? this.#random.between(0, this.#turns.length - 1) : 0;
    const [turn] = this.#turns.splice(index, 1);
    turn?.run();
  }

  #fire(due: Due): void {
    this.#timers.delete(due);
    this.#now = Math.max(this.#now, due.at);
    due.fire();
  }

  /** Of those that come first the seed picks one. */
  #nextDue(): Due | undefined {
    let first: Due[] = [];
    for (const due of this.#timers) {
      const [other] = first;
      if (!other || due.at < other.at) first = [due];
      else if (due.at === other.at) first.push(due);
    }
    return first.length > 1 ? this.#random.pick(first) : first[0];
  }
}
