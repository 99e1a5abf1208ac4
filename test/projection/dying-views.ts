/** Views that end the process that uses them at a chosen commit: before it is stored, or after. */
import type { ViewCommit, ViewStore } from "#src/storage/view-store.js";

/** What is thrown in place of the end of the process. */
export class Killed extends Error {}

/** Counts the commits over all lives. */
export class Doom {
  /** Of this life. */
  commits = 0;
  readonly #dies: (commit: number) => "before" | "after" | undefined;

  constructor(dies: (commit: number) => "before" | "after" | undefined) {
    this.#dies = dies;
  }

  /** The same store for each life; each commit may be its last. */
  over(store: ViewStore): ViewStore {
    const commit = async (given: ViewCommit): Promise<readonly number[]> => {
      const death = this.#dies(this.commits++);
      if (death === "before") throw new Killed();
      const offsets = await store.commit(given);
      if (death === "after") throw new Killed();
      return offsets;
    };
    return {
      description: store.description,
      takesEvents: store.takesEvents,
      list: () => store.list(),
      find: (name) => store.find(name),
      begin: (name, offsets) => store.begin(name, offsets),
      layOut: (version, offsets) => store.layOut(version, offsets),
      commit,
      get: (version, key) => store.get(version, key),
      entries: (version, range) => store.entries(version, range),
      switchTo: (version) => store.switchTo(version),
      drop: (name, generation) => store.drop(name, generation),
    };
  }
}
