/** Entries as they are stored, so that a projection does not read again what it has written itself. */

/** So many entries are remembered. */
const entriesMax = 10_000;

/** Longer values are not. */
const textLengthMax = 4_096;

/** Of one generation that nobody else writes to. */
export class EntryCache {
  /** JSON text; undefined where nothing is stored. The first is the one that came first. */
  readonly #texts = new Map<string, string | undefined>();

  /** Whether what is not here is not stored. */
  #complete = false;

  has(key: string): boolean {
    return this.#complete || this.#texts.has(key);
  }

  /** Nothing is stored. */
  begin(): void {
    this.#texts.clear();
    this.#complete = true;
  }

  get(key: string): string | undefined {
    return this.#texts.get(key);
  }

  /** What a transaction has read and written, once it is stored. */
  absorb(texts: ReadonlyMap<string, string | undefined>): void {
    for (const [key, text] of texts) {
      if (text === undefined || text.length <= textLengthMax) this.#texts.set(key, text);
      else {
        this.#texts.delete(key);
        this.#complete = false;
      }
    }
    for (const key of this.#texts.keys()) {
      if (this.#texts.size <= entriesMax) return;
      this.#texts.delete(key);
      this.#complete = false;
    }
  }

  /** What is stored is not known any more. */
  clear(): void {
    this.#texts.clear();
    this.#complete = false;
  }
}
