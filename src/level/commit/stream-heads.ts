/** The heads of streams in memory: loaded when they are first needed, forgotten when there are too many. */
import { type HeadRecord, StreamHead, type StreamRecord } from "../records/stream-head.ts";
import { StreamSearches } from "./stream-searches.ts";

/** Someone who waits for a head. */
interface Waiter {
  readonly run: (head: StreamHead) => void;
  readonly reject: (error: unknown) => void;
}

/** Where heads come from. */
export interface HeadSource {
  /** Reads a head and proves it; tells nothing of snapshots. */
  read(persistenceId: string): Promise<HeadRecord>;
  /** Looks which of the streams have one; undefined for those that need a closer look. Rejects when one of them, or more, cannot be read. */
  lookUp(persistenceIds: readonly string[]): Promise<readonly (StreamRecord | undefined)[]>;
}

/** Keeps heads that somebody holds on to, and a bounded number of others. */
export class StreamHeads {
  readonly #source: HeadSource;
  readonly #searches = new StreamSearches();
  readonly #cachedMax: number;
  readonly #known = new Map<string, StreamHead>();
  readonly #loading = new Map<string, Waiter[]>();
  /** How many snapshots of a stream are being stored. */
  readonly #snapshotsBegun = new Map<string, number>();

  constructor(source: HeadSource, cachedMax: number) {
    this.#source = source;
    this.#cachedMax = cachedMax;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The head, if it is in memory. Not to be kept over an await. */
  get(persistenceId: string): StreamHead | undefined {
    const head = this.#known.get(persistenceId);
    if (head) head.used = true;
    return head;
  }

  /** Whether tasks wait for this head. */
  isLoading(persistenceId: string): boolean {
    return this.#loading.has(persistenceId);
  }

  /** Calls `run` with the head, in the order of the calls: nobody who finds the head in memory overtakes those who waited for it. */
  whenKnown(persistenceId: string, run: (head: StreamHead) => void, reject: (error: unknown) => void): void {
    const known = this.get(persistenceId);
    if (known) run(known);
    else this.#wait(persistenceId, { run, reject });
  }

  /** The result of `task` with the head, which the task must not keep over an await. */
  with<T>(persistenceId: string, task: (head: StreamHead) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.whenKnown(persistenceId, (head) => resolve(task(head)), reject);
    });
  }

  /** Nobody is about to ask for this one; whoever holds on to it keeps it. */
  forget(persistenceId: string): void {
    if (this.#known.get(persistenceId)?.holds === 0) this.#known.delete(persistenceId);
  }

  /** After a failed write: what the streams end with is on the disk, and nowhere else. */
  forgetAll(): void {
    this.#known.clear();
    this.#searches.forgetAll();
  }

  /**
   * What is stored of each stream, or in memory; undefined where the head has to be loaded for an answer. Of a head that is found on the
   * disk only the frames can tell whether it is the newest: whoever has read them to their end says so with {@link prove}.
   */
  async find(persistenceIds: readonly string[]): Promise<readonly (StreamRecord | undefined)[]> {
    const unknown = persistenceIds.filter((id) => this.#canBeFound(id));
    const searches = unknown.map((id) => this.#searches.begin(id));
    // An error is about one of them: whoever loads its head is told.
    const records = unknown.length === 0 ? [] : await this.#source.lookUp(unknown).catch(() => []);
    for (const [index, id] of unknown.entries()) {
      const [search, record] = [searches[index], records[index]];
      if (!search || !record || !this.#searches.holds(id, search)) continue;
      search.record = record;
      if (record.highest === 0) this.prove(id, record);
    }
    return persistenceIds.map((id) => this.#known.get(id) ?? this.found(id));
  }

  /** Neither known, nor on its way to be, nor about to get a snapshot. */
  #canBeFound(persistenceId: string): boolean {
    return !(
      this.#known.has(persistenceId) ||
      this.#loading.has(persistenceId) ||
      this.#snapshotsBegun.has(persistenceId)
    );
  }

  /** What was found and still holds. */
  found(persistenceId: string): StreamRecord | undefined {
    return this.#searches.get(persistenceId);
  }

  /** What was found is the newest head: it is kept, unless somebody has loaded it since. */
  prove(persistenceId: string, record: StreamRecord): void {
    if (this.#searches.get(persistenceId) === record) this.#keep(persistenceId, record);
  }

  /** Whether the stream is known to have no snapshot, not even one that is being stored. */
  hasNoSnapshots(persistenceId: string): boolean {
    return (this.get(persistenceId) ?? this.found(persistenceId))?.hasNoSnapshots === true;
  }

  /** A snapshot of the stream is on its way; to be called at once. Returns what is to be called when it is stored, or has failed. */
  snapshotBegins(persistenceId: string): () => void {
    const head = this.#known.get(persistenceId);
    if (head) head.hasNoSnapshots = false;
    this.#searches.forget(persistenceId);
    this.#snapshotsBegun.set(persistenceId, (this.#snapshotsBegun.get(persistenceId) ?? 0) + 1);
    return () => {
      const left = (this.#snapshotsBegun.get(persistenceId) ?? 0) - 1;
      if (left > 0) this.#snapshotsBegun.set(persistenceId, left);
      else this.#snapshotsBegun.delete(persistenceId);
    };
  }

  #wait(persistenceId: string, waiter: Waiter): void {
    const waiters = this.#loading.get(persistenceId);
    if (waiters) {
      waiters.push(waiter);
      return;
    }
    this.#searches.forget(persistenceId);
    this.#loading.set(persistenceId, [waiter]);
    this.#source.read(persistenceId).then(
      (stored) => this.#loaded(persistenceId, stored),
      (error: unknown) => {
        for (const { reject } of this.#arrived(persistenceId)) reject(error);
      },
    );
  }

  #loaded(persistenceId: string, stored: StreamRecord): void {
    const head = this.#keep(persistenceId, stored);
    for (const { run } of this.#arrived(persistenceId)) run(head);
  }

  #keep(persistenceId: string, stored: StreamRecord): StreamHead {
    const head = new StreamHead(persistenceId, stored);
    this.#searches.forget(persistenceId);
    this.#makeRoom();
    this.#known.set(persistenceId, head);
    return head;
  }

  #arrived(persistenceId: string): Waiter[] {
    const waiters = this.#loading.get(persistenceId) ?? [];
    this.#loading.delete(persistenceId);
    return waiters;
  }

  #makeRoom(): void {
    // Every head gets a second chance, so after two rounds those that are left are held.
    let attempts = this.#known.size * 2;
    for (const [persistenceId, head] of this.#known) {
      if (this.#known.size < this.#cachedMax || attempts-- === 0) return;
      this.#known.delete(persistenceId);
      if (head.holds === 0 && !head.used) continue;
      head.used = false;
      this.#known.set(persistenceId, head);
    }
  }
}
