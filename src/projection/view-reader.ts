/** Reads a view of keys and values from outside. */
import type { ViewRange, ViewStore } from "../storage/view-store.ts";
import { userRange } from "./view-key.ts";

/** Sees the live generation, also while the next one is built and when it takes over. */
export interface ViewReader {
  /** A copy of the value; undefined when there is none, or no such view. */
  get<T = unknown>(key: string): Promise<T | undefined>;
  /** The entries of a range, by the order of the UTF-8 bytes of their keys. What is stored meanwhile may be seen, or not. */
  entries<T = unknown>(range?: ViewRange): AsyncIterable<readonly [key: string, value: T]>;
}

/** The view of a projection, whether it runs or not. */
export function readView(store: ViewStore, name: string): ViewReader {
  const live = async (): Promise<number | undefined> => (await store.find(name))?.live;
  return {
    async get<T>(key: string): Promise<T | undefined> {
      for (;;) {
        const generation = await live();
        if (generation === undefined) return undefined;
        const value = await store.get({ name, generation }, key);
        // When another one has taken over meanwhile, this one may be gone in part.
        if ((await live()) === generation) return value as T | undefined;
      }
    },
    async *entries<T>({
      limit = Number.POSITIVE_INFINITY,
      ...range
    }: ViewRange = {}): AsyncGenerator<readonly [string, T], void, undefined> {
      let left = limit;
      let bounds: ViewRange = userRange(range);
      for (;;) {
        const generation = await live();
        if (generation === undefined) return;
        let last: string | undefined;
        for await (const batch of store.entries({ name, generation }, bounds)) {
          if ((await live()) !== generation) break;
          for (const [key, value] of batch) {
            if (left-- <= 0) return;
            yield [key, value as T];
            last = key;
          }
        }
        if ((await live()) === generation) return;
        // Goes on in the generation that has taken over.
        if (last !== undefined)
          bounds = range.reverse ? { ...range, lte: undefined, lt: last } : { ...range, gte: undefined, gt: last };
      }
    },
  };
}
