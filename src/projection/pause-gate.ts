/** Holds work up between two steps. */

/** Open at first. */
export class PauseGate {
  #closed = false;
  #inside = 0;
  readonly #outside: (() => void)[] = [];
  readonly #watchers: (() => void)[] = [];

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Lets nobody in. Resolves when nobody is inside. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#inside > 0) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  open(): void {
    this.#closed = false;
    for (const enter of this.#outside.splice(0)) enter();
  }

  /** Runs a step when the gate is open. */
  async through<T>(step: () => Promise<T>): Promise<T> {
    while (this.#closed) await new Promise<void>((resolve) => this.#outside.push(resolve));
    this.#inside++;
    try {
      return await step();
    } finally {
      this.#inside--;
      if (this.#inside === 0) for (const tell of this.#watchers.splice(0)) tell();
    }
  }
}
