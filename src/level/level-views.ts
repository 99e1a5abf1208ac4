/** The read models of an open LevelDB store: one record for each entry, and one for each view that says how far it goes. */
import {
  generationOf,
  withGeneration,
  withLive,
  withOffsets,
  withoutGeneration,
  withStep,
} from "../storage/view-changes.ts";
import type {
  EmittedEvents,
  StoredView,
  ViewCommit,
  ViewEntry,
  ViewRange,
  ViewStore,
  ViewVersion,
} from "../storage/view-store.ts";
import type { RecordChange } from "./commit/commit-group.ts";
import type { CommitQueue, PlacedAppend } from "./commit/commit-queue.ts";
import { KeyedTurns } from "./commit/keyed-turns.ts";
import type { StreamHeads } from "./commit/stream-heads.ts";
import type { Database } from "./database.ts";
import { deletedRecordsMax } from "./level-storage-options.ts";
import type { StepSize } from "./reading/frame-range.ts";
import { readViewEntries, readViewNames, readViewRecord, viewPlace } from "./reading/read-views.ts";
import { recordJson } from "./records/record.ts";
import { escapeId, viewEntriesOf, viewEntryKey, viewKey } from "./records/record-keys.ts";
import type { StreamHead } from "./records/stream-head.ts";
import { viewText } from "./records/view-text.ts";
import type { StoreHealth } from "./session/store-health.ts";
import type { WorkInProgress } from "./session/work-in-progress.ts";

/** What the views work with. */
export interface LevelViewsParts {
  readonly db: Database;
  readonly queue: CommitQueue;
  readonly heads: StreamHeads;
  readonly health: StoreHealth;
  readonly work: WorkInProgress;
  readonly step: StepSize;
}

/** See {@link ViewStore}. */
export class LevelViews implements ViewStore {
  readonly description: string;
  readonly takesEvents = true;
  readonly #parts: LevelViewsParts;
  /** As they will be when all that waits is written. */
  readonly #views = new Map<string, StoredView | undefined>();
  /** What changes the generations of one view, one after the other. */
  readonly #turns = new KeyedTurns();

  constructor(parts: LevelViewsParts) {
    this.#parts = parts;
    this.description = `level:${parts.health.location}`;
  }

  list(): Promise<readonly StoredView[]> {
    return this.#parts.work.run("listing views", async () => {
      const views: StoredView[] = [];
      for (const name of await readViewNames(this.#parts.db)) {
        const view = await this.#known(name);
        if (view) views.push(view);
      }
      return views;
    });
  }

  find(name: string): Promise<StoredView | undefined> {
    return this.#parts.work.run("looking for a view", () => this.#known(name));
  }

  begin(name: string, offsets: readonly number[]): Promise<StoredView> {
    return this.#change("beginning a view", name, async () => {
      const { generation } = withGeneration(name, await this.#known(name), offsets);
      // A crash may have left entries of a generation with the same number.
      await this.#deleteEntries(name, generation);
      const before = this.#views.get(name);
      const { view } = withGeneration(name, before, offsets);
      await this.#store(view);
      for (const old of before?.generations ?? []) {
        if (!generationOf(view, old.generation)) await this.#deleteEntries(name, old.generation);
      }
      return view;
    });
  }

  layOut(version: ViewVersion, offsets: readonly number[]): Promise<void> {
    return this.#change("dividing a view", version.name, async () => {
      await this.#known(version.name);
      await this.#store(withOffsets(version, this.#views.get(version.name), offsets));
    });
  }

  commit(commit: ViewCommit): Promise<readonly number[]> {
    return this.#parts.work.write("storing a view", async () => {
      const known = this.#views.has(commit.name) ? undefined : this.#known(commit.name);
      const heads = commit.events?.length ? await this.#hold(commit.events) : [];
      try {
        await known;
        return await this.#commit(commit, heads);
      } finally {
        for (const head of heads) head.holds--;
      }
    });
  }

  get({ name, generation }: ViewVersion, key: string): Promise<unknown> {
    return this.#parts.work.run("reading a view", async () => {
      const { db, health } = this.#parts;
      const stored = viewEntryKey(escapeId(name), generation, key);
      // Not get(): a damaged filter block makes it miss keys that are there.
      const iterator = db.iterator({ gte: stored, lte: stored, limit: 1 });
      try {
        const row = await iterator.next();
        return row && recordJson(health.location, viewPlace(name, key), ...row);
      } finally {
        await iterator.close();
      }
    });
  }

  async *entries({ name, generation }: ViewVersion, range: ViewRange = {}): AsyncGenerator<readonly ViewEntry[]> {
    const { db, health, step } = this.#parts;
    const refusal = health.refusal("reading a view");
    if (refusal) throw refusal;
    try {
      for await (const rows of readViewEntries(db, { name, generation }, range, step)) {
        yield rows.map(([key, stored, value]) => [
          key,
          recordJson(health.location, viewPlace(name, key), stored, value),
        ]);
      }
    } catch (error) {
      throw health.typed("reading a view", error);
    }
  }

  switchTo(version: ViewVersion): Promise<void> {
    return this.#change("switching a view", version.name, async () => {
      await this.#known(version.name);
      const before = this.#views.get(version.name);
      await this.#store(withLive(version, before));
      for (const { generation } of before?.generations ?? []) {
        if (generation !== version.generation) await this.#deleteEntries(version.name, generation);
      }
    });
  }

  drop(name: string, generation?: number): Promise<void> {
    return this.#change("dropping a view", name, async () => {
      await this.#known(name);
      const before = this.#views.get(name);
      if (!before) return;
      const after = withoutGeneration(before, generation);
      if (after) await this.#store(after);
      else {
        this.#views.set(name, undefined);
        await this.#parts.queue.change([{ key: viewKey(escapeId(name)) }]);
      }
      for (const one of before.generations) {
        if (!generationOf(after, one.generation)) await this.#deleteEntries(name, one.generation);
      }
    });
  }

  /**
   * Commits do not wait for their turn: what a change makes of the view, it makes without an await of what is in memory at that moment. Otherwise
   * it would take back the place of a commit that came meanwhile, and its events would be handled twice.
   */
  #change<T>(doing: string, name: string, change: () => Promise<T>): Promise<T> {
    return this.#parts.work.write(doing, () => this.#turns.run(name, change));
  }

  async #known(name: string): Promise<StoredView | undefined> {
    if (this.#views.has(name)) return this.#views.get(name);
    const view = await readViewRecord(this.#parts.db, this.#parts.health.location, name);
    if (!this.#views.has(name)) this.#views.set(name, view);
    return this.#views.get(name);
  }

  async #commit(commit: ViewCommit, heads: readonly StreamHead[]): Promise<readonly number[]> {
    // From here to the queue without an await: what is compared is what is written.
    const view = withStep(commit, this.#views.get(commit.name));
    this.#views.set(commit.name, view);
    const name = escapeId(commit.name);
    const changes: RecordChange[] = [];
    for (const { key, text } of commit.changes) {
      const stored = viewEntryKey(name, commit.generation, key);
      changes.push(text === undefined ? { key: stored } : { key: stored, text });
    }
    changes.push({ key: viewKey(name), text: viewText(view) });
    const offsets: number[] = [];
    const appends = (commit.events ?? []).flatMap((emitted, index): PlacedAppend[] => {
      const head = heads[index];
      return head ? [{ head, emitted, resolve: (offset) => (offsets[index] = offset) }] : [];
    });
    await this.#parts.queue.change(changes, undefined, appends);
    return offsets;
  }

  /** The heads of the streams, which stay in memory until they are let go. */
  async #hold(events: readonly EmittedEvents[]): Promise<StreamHead[]> {
    const held: StreamHead[] = [];
    const hold = (head: StreamHead): void => {
      head.holds++;
      held.push(head);
    };
    try {
      for (const { persistenceId } of events) await this.#parts.heads.with(persistenceId, hold);
    } catch (error) {
      for (const head of held) head.holds--;
      throw error;
    }
    return held;
  }

  async #store(view: StoredView): Promise<void> {
    this.#views.set(view.name, view);
    await this.#parts.queue.change([{ key: viewKey(escapeId(view.name)), text: viewText(view) }]);
  }

  async #deleteEntries(name: string, generation: number): Promise<void> {
    const { db, queue } = this.#parts;
    const range = viewEntriesOf(escapeId(name), generation);
    const iterator = db.keys(range);
    try {
      for (
        let keys = await iterator.nextv(deletedRecordsMax);
        keys.length > 0;
        keys = await iterator.nextv(deletedRecordsMax)
      ) {
        await queue.change(keys.map((key) => ({ key })));
      }
    } finally {
      await iterator.close();
    }
  }
}
