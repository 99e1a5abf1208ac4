/** Keeps transactions of several slices apart: who has read what another one changes meanwhile begins anew. */
import { isWithinRange } from "../storage/view-range.ts";
import type { ViewChange, ViewRange } from "../storage/view-store.ts";
import type { ReadWatch } from "./view-transaction.ts";

/** What one transaction has read. */
export class WatchedReads implements ReadWatch {
  readonly #keys = new Set<string>();
  readonly #ranges: ViewRange[] = [];
  /** Another transaction has changed something that was read. */
  outdated = false;

  readKey(key: string): void {
    this.#keys.add(key);
  }

  readRange(range: ViewRange): void {
    this.#ranges.push(range);
  }

  meets(changes: readonly ViewChange[]): boolean {
    return changes.some(({ key }) => this.#keys.has(key) || this.#ranges.some((range) => isWithinRange(key, range)));
  }
}

/** Changes on their way to the disk. */
interface Commit {
  readonly changes: readonly ViewChange[];
  /** Never rejects. */
  readonly over: Promise<unknown>;
}

/** The transactions of one generation. */
export class TransactionConflicts {
  readonly #active = new Set<WatchedReads>();
  readonly #commits = new Set<Commit>();

  begin(): WatchedReads {
    const reads = new WatchedReads();
    this.#active.add(reads);
    return reads;
  }

  end(reads: WatchedReads): void {
    this.#active.delete(reads);
  }

  /**
   * Stores the changes of a transaction, unless something that it has read is not so any more: then it gives false. Commits that do not
   * concern each other go side by side. One of several always gets through, so beginning anew comes to an end.
   */
  async commit(reads: WatchedReads, changes: readonly ViewChange[], store: () => Promise<unknown>): Promise<boolean> {
    if (reads.outdated) return false;
    for (const { changes: others, over } of this.#commits) {
      if (!reads.meets(others)) continue;
      // What was read may be what was before that commit, or after it.
      await over;
      return false;
    }
    const storing = store();
    const commit: Commit = { changes, over: storing.catch(() => undefined) };
    this.#commits.add(commit);
    try {
      await storing;
    } finally {
      this.#commits.delete(commit);
    }
    for (const other of this.#active) if (other !== reads && other.meets(changes)) other.outdated = true;
    return true;
  }
}
