/** Streams that were looked up, and whose heads nobody has loaded since: what was found of them is still so. */
import type { StreamRecord } from "../records/stream-head.ts";

/** So many are remembered at the most, the latest ones; a recovery forgets its own in the end. */
const searchesMax = 16_384;

/** One look at one stream. */
export interface Search {
  /** What was found, once it is; undefined also when it needs a closer look. */
  record: StreamRecord | undefined;
}

/** Keeps what was found for as long as nothing can have changed it. */
export class StreamSearches {
  readonly #searches = new Map<string, Search>();

  begin(persistenceId: string): Search {
    const search: Search = { record: undefined };
    this.#searches.delete(persistenceId);
    this.#searches.set(persistenceId, search);
    if (this.#searches.size > searchesMax) {
      for (const oldest of this.#searches.keys()) {
        this.#searches.delete(oldest);
        break;
      }
    }
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
