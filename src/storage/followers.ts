/** Those who follow the commits of one open store. */
import type { CommitListener } from "./journal.ts";
import type { StoredEvent } from "./stored-event.ts";

/** Tells all of them in the order in which they came. */
export class Followers {
  #listeners: readonly CommitListener[] = [];

  /** Whether there is anybody to tell. */
  get any(): boolean {
    return this.#listeners.length > 0;
  }

  /** Takes one more, until the result is called. */
  add(listener: CommitListener): () => void {
    // Of its own, so that a listener that comes twice can leave twice.
    const told: CommitListener = (commit) => listener(commit);
    this.#listeners = [...this.#listeners, told];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== told);
    };
  }

  /**
   * @param size of the events, about, in characters
   * @param read parses the events of the commit; not called when nobody follows
   */
  tell(highestOffset: number, size: number, read: () => readonly StoredEvent[] | undefined): void {
    if (!this.any) return;
    const commit = { highestOffset, size, events: readable(read) };
    for (const told of this.#listeners) told(commit);
  }
}

/** What cannot be parsed is met, with a typed error, by whoever reads it from the store. */
function readable(read: () => readonly StoredEvent[] | undefined): readonly StoredEvent[] | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
