/** What goes wrong, how often, and how slow the storage is: drawn anew for every seed, so that some seeds are mild and some are wild. */
import type { Random } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How likely each fault is at the most, each time that it could strike. */
const worst = {
  /** The store cannot be opened. */
  open: 0.3,
  /** A commit fails; a part of it is stored, and nobody is told which. */
  commit: 0.15,
  /** A write is refused and surely not stored. */
  refusal: 0.08,
  /** A commit fails, and nothing can be written until the store is opened again. */
  store: 0.05,
  read: 0.15,
  deleteEvents: 0.3,
  /** A snapshot fails to be saved; it may be there all the same. */
  save: 0.3,
  /** A snapshot cannot be read back although its save was acknowledged. */
  damage: 0.4,
  load: 0.15,
  deleteSnapshots: 0.3,
  /** There is nobody to deliver to. */
  recipient: 0.5,
  /** A signal handler throws. */
  signal: 0.05,
};

/** An operation of the storage takes at most so much longer than the others. */
const slowMsMax = 3_000;

/** The name of something that goes wrong. */
export type Fault = keyof typeof worst;

/** The weather of one seed. */
export class Weather {
  readonly #random: Random;
  readonly #time: VirtualTime;
  readonly #rates = new Map<Fault, number>();
  readonly #latencyMsMax: number;
  /** So many writes may wait before entities are asked to hold back. */
  readonly pendingMax: number;
  /** How likely an operation takes very long. */
  readonly #slow: number;
  #heldUntil = 0;
  /** No more faults; the storage is quick. */
  calm = false;

  constructor(random: Random, time: VirtualTime) {
    this.#random = random;
    this.#time = time;
    for (const fault of Object.keys(worst) as Fault[]) {
      this.#rates.set(fault, random.chance(0.5) ? 0 : worst[fault] * random.next());
    }
    this.#latencyMsMax = random.pick([1, 5, 20, 60]);
    this.#slow = random.pick([0, 0, 0.02, 0.1]);
    this.pendingMax = random.pick([1, 3, Number.POSITIVE_INFINITY]);
  }

  strikes(fault: Fault): boolean {
    return !this.calm && this.#random.chance(this.#rates.get(fault) ?? 0);
  }

  /** How long the next operation of the storage takes. */
  latencyMs(): number {
    if (this.calm) return 1;
    const held = Math.max(0, this.#heldUntil - this.#time.now());
    const slow = this.#random.chance(this.#slow) ? this.#random.between(0, slowMsMax) : 0;
    return held + slow + this.#random.between(0, this.#latencyMsMax);
  }

  /** Nothing that the storage begins from now on is done before `ms` have passed. */
  holdUp(ms: number): void {
    this.#heldUntil = this.#time.now() + ms;
  }
}
