/** What a scrub has found: each place once, and a bounded number of them. */
import type { StorageFault } from "../../storage/maintenance.ts";

/** More are counted, and not listed. */
const listedFaultsMax = 1_000;

/** Grows during one scrub. */
export class ScrubFindings {
  readonly #faults = new Map<string, StorageFault>();
  #unlisted = 0;

  add(where: string, problem: string): void {
    if (this.#faults.has(where)) return;
    if (this.#faults.size < listedFaultsMax) this.#faults.set(where, { where, problem });
    else this.#unlisted++;
  }

  /** All that are listed, and in a last line how many are not. */
  get faults(): StorageFault[] {
    const faults = [...this.#faults.values()];
    if (this.#unlisted > 0) faults.push({ where: "the store", problem: `there are ${this.#unlisted} more faults` });
    return faults;
  }
}
