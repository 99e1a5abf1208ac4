/** A limit on how long a storage may give nothing at all. */
import type { Clock } from "../clock.ts";
import { StorageFailedError } from "../errors.ts";

/** Fails what gives nothing for `timeoutMs`; what comes later is ignored. */
export class IdleTimeout {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #givenUp: Error | undefined;
  #rejectGuarded: (error: Error) => void = () => {};

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Rejects when `promise` has not settled in time. One promise at a time. */
  guard<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimer(this.#timeoutMs, () => reject(silence(this.#timeoutMs)));
      this.#rejectGuarded = (error) => {
        timer.cancel();
        reject(error);
      };
      promise.then(resolve, reject).finally(() => timer.cancel());
      if (this.#givenUp) this.#rejectGuarded(this.#givenUp);
    });
  }

  /** Waits no longer: what is guarded now, and all that would be, rejects with `error`. */
  giveUp(error: Error): void {
    this.#givenUp = error;
    this.#rejectGuarded(error);
  }

  /** The same items, each of which must come in time. */
  async *guardEach<T>(items: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    const iterator = items[Symbol.asyncIterator]();
    let over = false;
    try {
      for (;;) {
        const next = await this.guard(iterator.next());
        over = next.done === true;
        if (next.done) return;
        yield next.value;
      }
    } finally {
      // Not awaited: an iterator that hangs would hang here too.
      if (!over) iterator.return?.().catch(() => {});
    }
  }
}

/** Of the kind that a restart does not count: the entity cannot help it. */
function silence(timeoutMs: number): StorageFailedError {
  return new StorageFailedError(
    "of this system",
    "recovering",
    new Error(`the storage gave nothing for ${timeoutMs} ms`),
  );
}
