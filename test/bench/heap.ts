/** How much of the heap is in use. */
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export const mib: number = 2 ** 20;

const sampleEveryMs = 5;

// The flag of the command line, for code that does not start its own process.
setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** What is left after a garbage collection. */
export function heapBytes(): number {
  collectGarbage();
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
