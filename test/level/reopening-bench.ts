/** A reopening store whose every opening, closing and failure is in the hands of a test. */
import { memoryStorage } from "rekindle/memory";
import { ManualClock } from "rekindle/testkit";
import { ReopeningJournal } from "#src/level/session/reopening-journal.js";
import { ReopeningSnapshots } from "#src/level/session/reopening-snapshots.js";
import { ReopeningStore, type StoreSession } from "#src/level/session/reopening-store.js";
import type { CommitListener, Journal } from "#src/storage/journal.js";
import type { StorageContext } from "#src/storage/storage.js";
import { quiet } from "../support/waiting.ts";

/** Its sessions are stores in memory. */
export class ReopeningBench {
  readonly clock = new ManualClock();
  /** What happened, in order; openings with their time in milliseconds. */
  readonly log: string[] = [];
  /** What the next openings do; without an entry they succeed. */
  readonly openings: (() => Promise<void>)[] = [];
  /** What the next proofs that the disk takes writes do. */
  readonly proofs: (() => Promise<void>)[] = [];
  released = 0;
  /** Cuts events off the end of the history. */
  hidden = 0;
  /** Fails the present session. */
  fail: (error: Error) => void = () => undefined;
  readonly #storage = memoryStorage();

  async open(): Promise<{ store: ReopeningStore; journal: ReopeningJournal; snapshots: ReopeningSnapshots }> {
    const store = await ReopeningStore.open({
      location: "here",
      context: {
        clock: this.clock,
        onFailure: (error) => this.log.push(`told ${error.constructor.name}`),
        onRecovered: () => this.log.push("told recovered"),
      },
      open: (context) => this.#session(context),
      assertReopenable: async () => undefined,
      release: () => {
        this.released++;
      },
    });
    return { store, journal: new ReopeningJournal(store), snapshots: new ReopeningSnapshots(store) };
  }

  /** Lets time pass in steps, so that what a timer begins comes to its end before the next one. */
  async pass(ms: number): Promise<void> {
    for (let step = 0; step < ms; step += 50) {
      this.clock.advance(50);
      await quiet();
    }
  }

  async #session(context: StorageContext): Promise<StoreSession> {
    this.log.push(`open at ${this.clock.monotonic()}`);
    await this.openings.shift()?.();
    const { close, journal, views, ...others } = await this.#storage.open(context);
    if (!views) throw new Error("the storage in memory keeps views");
    let closed: Promise<void> | undefined;
    this.fail = context.onFailure;
    return {
      ...others,
      views,
      untouched: async (ids) => ids.map(() => false),
      forget: () => undefined,
      journal: this.#quietable(this.#shortened(journal)),
      tryWrite: async () => this.proofs.shift()?.(),
      close: () => {
        if (!closed) this.log.push("close");
        closed ??= close();
        return closed;
      },
    };
  }

  /** Commits are told to nobody. */
  silent = false;

  #quietable(journal: Journal): Journal {
    const { follow } = journal;
    const told =
      (tell: CommitListener): CommitListener =>
      (commit) =>
        !this.silent && tell(commit);
    return Object.assign(journal, { follow: (listener: CommitListener) => follow.call(journal, told(listener)) });
  }

  #shortened(journal: Journal): Journal {
    const hidden = this.hidden;
    const highestOffset = journal.highestOffset.bind(journal);
    return hidden === 0 ? journal : Object.assign(journal, { highestOffset: () => highestOffset() - hidden });
  }
}
