/** The read models in memory: for each generation a map from key to JSON text. */
import {
  generationOf,
  withGeneration,
  withLive,
  withOffsets,
  withoutGeneration,
  withStep,
} from "../storage/view-changes.ts";
import { compareViewKeys, isWithinRange } from "../storage/view-range.ts";
import type { StoredView, ViewCommit, ViewEntry, ViewRange, ViewStore, ViewVersion } from "../storage/view-store.ts";
import type { MemoryJournal } from "./journal.ts";

/** How many entries a reader is given at once. */
const batchLengthMax = 256;

/** What outlives closing. */
export type ViewData = Map<string, MemoryView>;

interface MemoryView {
  stored: StoredView;
  readonly entries: Map<number, Map<string, string>>;
}

/** Stores at the call and resolves a microtask later. */
export class MemoryViewStore implements ViewStore {
  readonly description = "memory";
  readonly takesEvents = true;
  readonly #data: ViewData;
  readonly #journal: MemoryJournal;
  readonly #assertOpen: (phase: string) => void;

  constructor(data: ViewData, journal: MemoryJournal, assertOpen: (phase: string) => void) {
    this.#data = data;
    this.#journal = journal;
    this.#assertOpen = assertOpen;
  }

  async list(): Promise<readonly StoredView[]> {
    this.#assertOpen("listing views");
    const views = [...this.#data.values()].map(({ stored }) => stored);
    return views.sort((one, other) => compareViewKeys(one.name, other.name));
  }

  async find(name: string): Promise<StoredView | undefined> {
    this.#assertOpen("looking for a view");
    return this.#data.get(name)?.stored;
  }

  async begin(name: string, offsets: readonly number[]): Promise<StoredView> {
    this.#assertOpen("beginning a view");
    const known = this.#data.get(name);
    const { view, generation } = withGeneration(name, known?.stored, offsets);
    const live = known?.entries.get(view.live);
    const entries = new Map(live && [[view.live, live]]);
    entries.set(generation, new Map());
    this.#data.set(name, { stored: view, entries });
    return view;
  }

  async layOut(version: ViewVersion, offsets: readonly number[]): Promise<void> {
    this.#assertOpen("dividing a view");
    this.#store(withOffsets(version, this.#data.get(version.name)?.stored, offsets));
  }

  async commit(commit: ViewCommit): Promise<readonly number[]> {
    this.#assertOpen("storing a view");
    const next = withStep(commit, this.#data.get(commit.name)?.stored);
    const entries = this.#data.get(commit.name)?.entries.get(commit.generation);
    for (const { key, text } of commit.changes) {
      if (text === undefined) entries?.delete(key);
      else entries?.set(key, text);
    }
    this.#store(next);
    return (commit.events ?? []).map((emitted) => this.#journal.appendAtEnd(emitted));
  }

  async get({ name, generation }: ViewVersion, key: string): Promise<unknown> {
    this.#assertOpen("reading a view");
    const text = this.#data.get(name)?.entries.get(generation)?.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async *entries({ name, generation }: ViewVersion, range: ViewRange = {}): AsyncGenerator<readonly ViewEntry[]> {
    this.#assertOpen("reading a view");
    const all = [...(this.#data.get(name)?.entries.get(generation) ?? [])].filter(([key]) => isWithinRange(key, range));
    all.sort(([one], [other]) => compareViewKeys(one, other));
    if (range.reverse) all.reverse();
    const wanted = all.slice(0, range.limit);
    for (let start = 0; start < wanted.length; start += batchLengthMax) {
      this.#assertOpen("reading a view");
      yield wanted.slice(start, start + batchLengthMax).map(([key, text]) => [key, JSON.parse(text)]);
    }
  }

  async switchTo(version: ViewVersion): Promise<void> {
    this.#assertOpen("switching a view");
    this.#store(withLive(version, this.#data.get(version.name)?.stored));
  }

  async drop(name: string, generation?: number): Promise<void> {
    this.#assertOpen("dropping a view");
    const view = this.#data.get(name);
    const rest = view && withoutGeneration(view.stored, generation);
    if (rest) this.#store(rest);
    else this.#data.delete(name);
  }

  #store(stored: StoredView): void {
    const view = this.#data.get(stored.name);
    if (!view) return;
    view.stored = stored;
    for (const generation of view.entries.keys()) {
      if (!generationOf(stored, generation)) view.entries.delete(generation);
    }
  }
}
