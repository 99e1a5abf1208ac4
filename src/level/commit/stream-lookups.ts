/** Looks up streams, all that are asked for in one round of the event loop together: what that costs is shared. */
import type { StreamRecord } from "../records/stream-head.ts";

/** How many streams are looked up together at the most. */
const togetherMax = 1_024;

/** Someone who waits for what is found. */
interface Waiter {
  readonly persistenceId: string;
  readonly resolve: (record: StreamRecord | undefined) => void;
}

/** One per open store. */
export class StreamLookups {
  readonly #lookUp: (persistenceIds: readonly string[]) => Promise<(StreamRecord | undefined)[]>;
  #waiting: Waiter[] = [];

  /** @param lookUp gives undefined for what wants a closer look */
  constructor(lookUp: (persistenceIds: readonly string[]) => Promise<(StreamRecord | undefined)[]>) {
    this.#lookUp = lookUp;
  }

  /** What is known of the stream without a closer look; undefined when it needs one. Never rejects. */
  find(persistenceId: string): Promise<StreamRecord | undefined> {
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#begin());
      this.#waiting.push({ persistenceId, resolve });
    });
  }

  #begin(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let index = 0; index < waiting.length; index += togetherMax) {
      const waiters = waiting.slice(index, index + togetherMax);
      this.#lookUp(waiters.map(({ persistenceId }) => persistenceId)).then(
        (records) => {
          for (const [place, { resolve }] of waiters.entries()) resolve(records[place]);
        },
        () => {
          // An error is about one of them: each takes the closer look, and is told what is wrong with itself.
          for (const { resolve } of waiters) resolve(undefined);
        },
      );
    }
  }
}
