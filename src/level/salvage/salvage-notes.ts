/** What a salvage has to say: a bounded number of lines, and how many there were beside them. */

/** More are counted, and not listed. */
const listedMax = 10_000;

/** Grows during one salvage. */
export class SalvageNotes {
  readonly #lines: string[] = [];
  #unlisted = 0;

  add(line: string): void {
    if (this.#lines.length < listedMax) this.#lines.push(line);
    else this.#unlisted++;
  }

  get lines(): readonly string[] {
    return this.#unlisted > 0 ? [...this.#lines, `and ${this.#unlisted} more`] : this.#lines;
  }
}
