/** Streams that were looked up, and whose heads nobody has loaded since: what was found of them is still so. */
import type { StreamRecord } from "../records/stream-head.ts";

/** So many are remembered before all are forgotten; a recovery forgets its own in the end. */
const searchesMax = 10_000;

/** One look at one stream. */
export interface Search {
  /** Undefined when it needs a closer look. Never rejects. */
  readonly result: Promise<StreamRecord | undefined>;
  /** What was found, once it is. */
  record: StreamRecord | undefined;
}

/** Keeps what was found for as long as nothing can have changed it. */
export class StreamSearches {
  readonly #lookUp: (persistenceId: string) => Promise<StreamRecord | undefined>;
  readonly #searches = new Map<string, Search>();

  constructor(lookUp: (persistenceId: string) => Promise<StreamRecord | undefined>) {
    this.#lookUp = lookUp;
  }

  /** The search under way or done for this stream, or a new one. */
  of(persistenceId: string): Search {
    const present = this.#searches.get(persistenceId);
    if (present) return present;
    if (this.#searches.size >= searchesMax) this.#searches.clear();
    const result = this.#lookUp(persistenceId).then((record) => {
      search.record = record;
      return record;
    });
    const search: Search = { result, record: undefined };
    this.#searches.set(persistenceId, search);
    return search;
  }

  /** What was found, if it still holds. */
  get(persistenceId: string): StreamRecord | undefined {
    return this.#searches.get(persistenceId)?.record;
  }

  /** Whether what `search` has found, or will find, holds. */
  holds(persistenceId: string, search: Search): boolean {
    return this.#searches.get(persistenceId) === search;
  }

  /** From now on the stream may change. */
  forget(persistenceId: string): void {
    this.#searches.delete(persistenceId);
  }

  forgetAll(): void {
    this.#searches.clear();
  }
}
