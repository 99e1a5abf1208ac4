/** How much of the heap is in use. */
import process from "node:process";

export const mib: number = 2 ** 20;

const sampleEveryMs = 5;

/** What is left after a garbage collection; the trials run with --expose-gc. */
export function heapBytes(): number {
  if (!globalThis.gc) throw new Error("the heap can only be measured with node --expose-gc");
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** The most that was seen in use, garbage included. */
export class HeapPeak {
  readonly #timer: NodeJS.Timeout;
  #bytes = 0;

  constructor() {
    this.#timer = setInterval(() => this.#look(), sampleEveryMs);
  }

  stop(): number {
    clearInterval(this.#timer);
    this.#look();
    return this.#bytes;
  }

  #look(): void {
    this.#bytes = Math.max(this.#bytes, process.memoryUsage().heapUsed);
  }
}
