/** The tag index of one commit: for every tag the events that have it, as `[[offset, persistenceId, sequenceNr], …]`. */

/** Empty for most commits. */
export class TagIndex {
  readonly #entries = new Map<string, string[]>();

  clear(): void {
    this.#entries.clear();
  }

  /** @param quotedId the persistence id as a JSON string */
  add(tags: readonly string[], offset: number, quotedId: string, sequenceNr: number): void {
    const entry = `[${offset},${quotedId},${sequenceNr}]`;
    for (const tag of new Set(tags)) {
      const entries = this.#entries.get(tag);
      if (entries) entries.push(entry);
      else this.#entries.set(tag, [entry]);
    }
  }

  /** Every tag with its text. */
  *entries(): Iterable<readonly [tag: string, text: string]> {
    for (const [tag, entries] of this.#entries) yield [tag, `[${entries.join(",")}]`];
  }
}
