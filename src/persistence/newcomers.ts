/** Tells entities that nothing was ever stored of from others, all that begin in one round of the event loop together. */
import type { Clock } from "../clock.ts";
import type { OpenStorage } from "../storage/storage.ts";

/** So many are asked for together at the most. */
const togetherMax = 1_024;

/** An entity that begins. */
export interface Newcomer {
  readonly persistenceId: string;
  /** How long it waits for the storage, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** Told once; `untouched` is also false when the storage could not tell: reading says more. Must not throw. */
  begin(untouched: boolean): void;
}

/** One per system. */
export class Newcomers {
  readonly #untouched: NonNullable<OpenStorage["untouched"]>;
  readonly #clock: Clock;
  #waiting: Newcomer[] = [];

  constructor(untouched: NonNullable<OpenStorage["untouched"]>, clock: Clock) {
    this.#untouched = untouched;
    this.#clock = clock;
  }

  add(newcomer: Newcomer): void {
    // The dispatcher gives many entities that are ready their turns in one callback.
    if (this.#waiting.length === 0) queueMicrotask(() => this.#ask());
    this.#waiting.push(newcomer);
  }

  #ask(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let index = 0; index < waiting.length; index += togetherMax) {
      this.#askTogether(waiting.slice(index, index + togetherMax));
    }
  }

  #askTogether(newcomers: readonly Newcomer[]): void {
    let told = false;
    const tell = (untouched: readonly boolean[]): void => {
      if (told) return;
      told = true;
      timer.cancel();
      for (let index = 0; index < newcomers.length; index++) newcomers[index]?.begin(untouched[index] === true);
    };
    const patienceMs = newcomers.reduce((least, { idleTimeoutMs }) => Math.min(least, idleTimeoutMs), Infinity);
    const timer = this.#clock.setTimer(patienceMs, () => tell([]));
    const ask = async (): Promise<readonly boolean[]> => this.#untouched(newcomers.map((each) => each.persistenceId));
    ask().then(tell, () => tell([]));
  }
}
