/** A bound on how many do something at a time; who waits is served in order. */

/** Gives a permit back; a second call does nothing. */
export type Release = () => void;

/** A counting semaphore. */
export class Permits {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Runs `work` under a permit, which is given back whatever happens. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** Resolves when there is a permit. */
  async acquire(): Promise<Release> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((granted) => this.#waiting.push(granted));
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
  }
}
