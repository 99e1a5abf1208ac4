/** The backlog: how many bytes wait to be written, and who waits for fewer. */
import type { Backlog } from "../../storage/journal.ts";

/** Full above its bound; drained below half of it, so that writers do not stop and go with every commit. */
export class PendingBytes implements Backlog {
  readonly #bytesMax: number;
  #bytes = 0;
  #drained: Promise<void> | undefined;
  #announce: (() => void) | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get full(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  drained(): Promise<void> {
    if (!this.full && !this.#drained) return Promise.resolve();
    this.#drained ??= new Promise((resolve) => {
      this.#announce = resolve;
    });
    return this.#drained;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
    if (!this.#announce || this.#bytes * 2 >= this.#bytesMax) return;
    this.#announce();
    this.#announce = undefined;
    this.#drained = undefined;
  }
}
