/** What a handler reads and writes of its view: changes are gathered, and stored with the place of the projection. */
import { encodeJson } from "../codec/encode-json.ts";
import { compareViewKeys, isWithinRange } from "../storage/view-range.ts";
import type { ViewChange, ViewEntry, ViewRange, ViewStore, ViewVersion } from "../storage/view-store.ts";
import type { EntryCache } from "./entry-cache.ts";
import { assertViewKey, userRange } from "./view-key.ts";

/** A view of keys and values as its handler sees it: all that the same transaction has changed is there. Values are plain JSON. */
export interface ViewTransaction {
  /** A copy of the value; undefined when there is none. */
  get<T = unknown>(key: string): Promise<T | undefined>;
  /** @throws TypeError for a bad key, SerializationError for a value that JSON would damage */
  put(key: string, value: unknown): void;
  delete(key: string): void;
  /** Replaces a value by what `change` makes of it; `undefined` deletes it. */
  update<T = unknown>(key: string, change: (before: T | undefined) => T | undefined): Promise<void>;
  /** The entries of a range, by the order of the UTF-8 bytes of their keys. */
  entries<T = unknown>(range?: ViewRange): AsyncIterable<readonly [key: string, value: T]>;
}

/** Told of everything that a transaction has read from the store. */
export interface ReadWatch {
  readKey(key: string): void;
  readRange(range: ViewRange): void;
}

/** One attempt: it is thrown away when a handler fails. */
export class BufferedTransaction implements ViewTransaction {
  readonly #store: ViewStore;
  readonly #version: ViewVersion;
  readonly #watch: ReadWatch | undefined;
  readonly #cache: EntryCache | undefined;
  /** JSON text of what was read or changed; undefined where there is nothing. */
  readonly #texts = new Map<string, string | undefined>();
  readonly #changed = new Set<string>();

  /** @param cache what is stored as far as it is known */
  constructor(store: ViewStore, version: ViewVersion, watch?: ReadWatch, cache?: EntryCache) {
    this.#store = store;
    this.#version = version;
    this.#watch = watch;
    this.#cache = cache;
  }

  get changes(): readonly ViewChange[] {
    return Array.from(this.#changed, (key) => {
      const text = this.#texts.get(key);
      return text === undefined ? { key } : { key, text };
    });
  }

  /** What was read or changed, as it is stored after the commit. */
  get texts(): ReadonlyMap<string, string | undefined> {
    return this.#texts;
  }

  async get<T>(key: string): Promise<T | undefined> {
    return parse<T>(this.#isKnown(key) ? this.#texts.get(key) : await this.#read(key));
  }

  put(key: string, value: unknown): void {
    assertViewKey(key);
    this.#texts.set(key, encodeJson(value, `entry ${JSON.stringify(key)} of the view ${this.#version.name}`));
    this.#changed.add(key);
  }

  delete(key: string): void {
    assertViewKey(key);
    this.#texts.set(key, undefined);
    this.#changed.add(key);
  }

  async update<T>(key: string, change: (before: T | undefined) => T | undefined): Promise<void> {
    const after = change(parse<T>(this.#isKnown(key) ? this.#texts.get(key) : await this.#read(key)));
    if (after === undefined) this.delete(key);
    else this.put(key, after);
  }

  async *entries<T>(range: ViewRange = {}): AsyncGenerator<readonly [string, T], void, undefined> {
    this.#watch?.readRange(range);
    const { reverse = false, limit = Number.POSITIVE_INFINITY, ...given } = range;
    const bounds = userRange(given);
    const direction = reverse ? -1 : 1;
    const own = [...this.#changed].filter((key) => isWithinRange(key, bounds));
    own.sort((one, other) => direction * compareViewKeys(one, other));
    let left = limit;
    let next = 0;
    const ownBefore = function* (this: BufferedTransaction, key: string | undefined): Generator<readonly [string, T]> {
      for (let mine = own[next]; mine !== undefined; mine = own[next]) {
        if (key !== undefined && direction * compareViewKeys(mine, key) > 0) return;
        next++;
        const value = parse<T>(this.#texts.get(mine));
        if (value !== undefined) yield [mine, value];
      }
    }.bind(this);
    if (left <= 0) return;
    for await (const batch of this.#store.entries(this.#version, { ...bounds, reverse })) {
      for (const [key, value] of batch as readonly ViewEntry[]) {
        for (const entry of ownBefore(key)) {
          yield entry;
          if (--left <= 0) return;
        }
        if (this.#changed.has(key)) continue;
        yield [key, value as T];
        if (--left <= 0) return;
      }
    }
    for (const entry of ownBefore(undefined)) {
      yield entry;
      if (--left <= 0) return;
    }
  }

  /** Without a look at the store. */
  #isKnown(key: string): boolean {
    if (this.#texts.has(key)) return true;
    if (!this.#cache?.has(key)) return false;
    this.#texts.set(key, this.#cache.get(key));
    return true;
  }

  async #read(key: string): Promise<string | undefined> {
    assertViewKey(key);
    this.#watch?.readKey(key);
    const value = await this.#store.get(this.#version, key);
    const text = value === undefined ? undefined : encodeJson(value, "an entry");
    // Meanwhile the handler may have changed it.
    if (!this.#texts.has(key)) this.#texts.set(key, text);
    return this.#texts.get(key);
  }
}

/** Every reader gets a copy of its own. */
function parse<T>(text: string | undefined): T | undefined {
  return text === undefined ? undefined : JSON.parse(text);
}
