/** The read models of a store that comes back by itself: one object, whichever session is beneath it. */
import type { StoredView, ViewCommit, ViewEntry, ViewRange, ViewStore, ViewVersion } from "../../storage/view-store.ts";
import { readLasting, walkLasting } from "./lasting-reads.ts";
import type { ReopeningStore } from "./reopening-store.ts";

/** In an outage changes fail at once, and reads wait for its end. */
export class ReopeningViews implements ViewStore {
  readonly description: string;
  readonly takesEvents = true;
  readonly #store: ReopeningStore;

  constructor(store: ReopeningStore) {
    this.#store = store;
    this.description = store.session.views.description;
  }

  list(): Promise<readonly StoredView[]> {
    return readLasting(this.#store, "listing views", ({ views }) => views.list());
  }

  find(name: string): Promise<StoredView | undefined> {
    return readLasting(this.#store, "looking for a view", ({ views }) => views.find(name));
  }

  begin(name: string, offsets: readonly number[]): Promise<StoredView> {
    return this.#change("beginning a view", (views) => views.begin(name, offsets));
  }

  layOut(version: ViewVersion, offsets: readonly number[]): Promise<void> {
    return this.#change("dividing a view", (views) => views.layOut(version, offsets));
  }

  commit(commit: ViewCommit): Promise<readonly number[]> {
    return this.#change("storing a view", (views) => views.commit(commit));
  }

  get(version: ViewVersion, key: string): Promise<unknown> {
    return readLasting(this.#store, "reading a view", ({ views }) => views.get(version, key));
  }

  entries(version: ViewVersion, range: ViewRange = {}): AsyncIterable<readonly ViewEntry[]> {
    return walkLasting<ViewEntry>(this.#store, "reading a view", ({ views }, progress) =>
      views.entries(version, progress ? rangeAfter(range, progress.last, progress.given) : range),
    );
  }

  switchTo(version: ViewVersion): Promise<void> {
    return this.#change("switching a view", (views) => views.switchTo(version));
  }

  drop(name: string, generation?: number): Promise<void> {
    return this.#change("dropping a view", (views) => views.drop(name, generation));
  }

  #change<T>(doing: string, change: (views: ViewStore) => Promise<T>): Promise<T> {
    const refusal = this.#store.refusal(doing);
    return refusal ? Promise.reject(refusal) : change(this.#store.session.views);
  }
}

function rangeAfter({ gte, gt, lte, lt, reverse, limit }: ViewRange, [last]: ViewEntry, given: number): ViewRange {
  const rest = limit === undefined ? undefined : limit - given;
  return reverse ? { gte, gt, lt: last, reverse, limit: rest } : { gt: last, lte, lt, limit: rest };
}
