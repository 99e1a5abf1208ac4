/** Counts what a number of actors get, and says when it is enough. */

const patienceMs = 60_000;

export class Inbox {
  #taken = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #full: () => void = () => {};

  take(): undefined {
    this.#taken++;
    if (this.#taken === this.#wanted) this.#full();
  }

  /**
   * Resolves when so many deliveries have come in all.
   *
   * @throws Error when there are more, or not so many after a minute
   */
  async filledUp(wanted: number): Promise<void> {
    if (this.#taken < wanted) {
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${this.#taken} of ${wanted} deliveries came`)), patienceMs);
        this.#wanted = wanted;
        this.#full = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
    if (this.#taken !== wanted) throw new Error(`${this.#taken} deliveries came instead of ${wanted}`);
  }
}
