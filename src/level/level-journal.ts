/** The journal of an open LevelDB store: every call finds its way from here. */
import { PersistRejectedError } from "../errors.ts";
import {
  type AppendRequest,
  assertFollows,
  type Backlog,
  type CommitListener,
  type Journal,
  type SequenceRange,
} from "../storage/journal.ts";
import type { StoredEvent } from "../storage/stored-event.ts";
import type { RecordChange } from "./commit/commit-group.ts";
import type { CommitQueue } from "./commit/commit-queue.ts";
import { deleteEvents } from "./commit/delete-events.ts";
import { KeyedTurns } from "./commit/keyed-turns.ts";
import type { StreamHeads } from "./commit/stream-heads.ts";
import type { Database, DatabaseView } from "./database.ts";
import type { StepSize } from "./reading/frame-range.ts";
import { HistoryWalk } from "./reading/read-history.ts";
import { readPersistenceIds } from "./reading/read-persistence-ids.ts";
import { reachesEnd, readStream, readStreamInView, windowOf } from "./reading/read-stream.ts";
import { readTag } from "./reading/read-tag.ts";
import type { StreamHead } from "./records/stream-head.ts";
import type { StoreHealth } from "./session/store-health.ts";
import type { WorkInProgress } from "./session/work-in-progress.ts";

/** What a journal works with. */
export interface LevelJournalParts {
  readonly db: Database;
  readonly queue: CommitQueue;
  readonly heads: StreamHeads;
  readonly health: StoreHealth;
  readonly work: WorkInProgress;
  readonly step: StepSize;
}

/** See {@link Journal}. */
export class LevelJournal implements Journal {
  readonly backlog: Backlog;
  readonly #parts: LevelJournalParts;
  readonly #deletions = new KeyedTurns();
  readonly #taggers = new KeyedTurns();

  constructor(parts: LevelJournalParts) {
    this.#parts = parts;
    this.backlog = parts.queue.backlog;
  }

  append(request: AppendRequest): Promise<number> {
    const { heads, health, work } = this.#parts;
    const refusal = health.refusal("appending") ?? health.failure ?? invalid(request);
    if (refusal) return Promise.reject(refusal);
    const head = heads.get(request.persistenceId);
    if (head) return new Promise((resolve, reject) => this.#append(head, request, resolve, reject));
    // One promise all the way: a second one around it would resolve later than those of the same commit that follow it.
    const appended = new Promise<number>((resolve, reject) => {
      heads.whenKnown(
        request.persistenceId,
        (loaded) => this.#append(loaded, request, resolve, reject),
        (error) => reject(health.typed("appending", error)),
      );
    });
    work.track(appended);
    return appended;
  }

  read(persistenceId: string, range: SequenceRange = {}): AsyncIterable<readonly StoredEvent[]> {
    return this.#walkStream(persistenceId, range, this.#whenKnown(persistenceId, range));
  }

  /** See {@link OpenStorage.untouched}. */
  untouched(persistenceIds: readonly string[]): Promise<readonly boolean[]> {
    const { heads, health, work } = this.#parts;
    return work.run("looking for streams", async () => {
      const records = await heads.find(persistenceIds);
      const { failure } = health;
      if (failure) throw failure;
      return records.map((record) => record?.highest === 0 && record.hasNoSnapshots === true);
    });
  }

  highestSequenceNr(persistenceId: string): Promise<number> {
    const { heads, health, work } = this.#parts;
    return work.run("reading a sequence number", async () => {
      const highest = await heads.with(persistenceId, (head) => head.highest);
      await this.#whenSettled(persistenceId);
      const doubt = health.doubtAbout(persistenceId);
      if (doubt) throw doubt;
      return highest;
    });
  }

  purgedTo(persistenceId: string): Promise<number> {
    const { heads, work } = this.#parts;
    return work.run("reading how far a stream was purged", async () => {
      await this.#whenSettled(persistenceId);
      return heads.with(persistenceId, (head) => head.purgedTo);
    });
  }

  deleteTo(persistenceId: string, toSequenceNr: number): Promise<void> {
    return this.#deleteWhenSettled(persistenceId, toSequenceNr);
  }

  /**
   * Removes all events of the stream and its state.
   *
   * @param together changes that are durable with the deletion, or not at all
   */
  purge(persistenceId: string, together: readonly RecordChange[]): Promise<void> {
    return this.#deleteWhenSettled(persistenceId, Number.POSITIVE_INFINITY, together);
  }

  #deleteWhenSettled(persistenceId: string, toSequenceNr: number, purge?: readonly RecordChange[]): Promise<void> {
    const { heads, work } = this.#parts;
    const settled = this.#whenSettled(persistenceId);
    return work.write("deleting events", async () => {
      // Held from the call on: what is appended later is not meant.
      const { head, highest } = await heads.with(persistenceId, hold);
      try {
        await this.#deletions.run(persistenceId, async () => {
          await settled;
          await this.#delete(head, Math.min(Math.floor(toSequenceNr), highest), purge);
        });
      } finally {
        head.holds--;
      }
    });
  }

  persistenceIds(): AsyncIterable<readonly string[]> {
    const { db, health, step } = this.#parts;
    return this.#walk("reading persistence ids", (view) => readPersistenceIds(db, view, health.location, step));
  }

  readAll(fromOffset = 0): AsyncIterable<readonly StoredEvent[]> {
    const { db, health, queue, step } = this.#parts;
    return this.#walk("reading the history", (view) => {
      const { highestOffset } = queue;
      return new HistoryWalk(db, view, health.location, step).events(fromOffset, highestOffset);
    });
  }

  readTag(tag: string, fromOffset = 0): AsyncIterable<readonly StoredEvent[]> {
    const { db, health, step } = this.#parts;
    return this.#walk("reading the events with a tag", (view) =>
      readTag(db, view, health.location, { tag, fromOffset }, step),
    );
  }

  highestOffset(): number {
    const refusal = this.#parts.health.refusal("reading the highest offset");
    if (refusal) throw refusal;
    return this.#parts.queue.highestOffset;
  }

  follow(listener: CommitListener): () => void {
    const refusal = this.#parts.health.refusal("following the commits");
    if (refusal) throw refusal;
    return this.#parts.queue.followers.add(listener);
  }

  #append(
    head: StreamHead,
    request: AppendRequest,
    resolve: (offset: number) => void,
    reject: (error: unknown) => void,
  ): void {
    try {
      assertFollows(request, head.highest);
    } catch (error) {
      reject(error);
      return;
    }
    if (head.highest === 0) {
      // A stream may begin later than at 1: what comes before its first event counts as deleted.
      head.highest = request.sequenceNr - 1;
      head.deletedTo = head.highest;
    }
    this.#parts.queue.append(head, request, resolve, reject);
  }

  async #delete(head: StreamHead, deletedTo: number, purge: readonly RecordChange[] | undefined): Promise<void> {
    const { db, health, queue } = this.#parts;
    const context = { location: health.location, persistenceId: head.persistenceId };
    if (deletedTo >= 1) await deleteEvents({ db, queue, context, head, deletedTo, purge, taggers: this.#taggers });
  }

  /** Resolves when the writes of the stream that are pending now are over, however they end; never rejects. */
  async #whenSettled(persistenceId: string): Promise<void> {
    const { heads } = this.#parts;
    const deletions = this.#deletions.whenIdle(persistenceId);
    const appends = heads.isLoading(persistenceId)
      ? heads.with(persistenceId, (head) => head.pending?.commit.whenSettled()).catch(() => undefined)
      : heads.get(persistenceId)?.pending?.commit.whenSettled();
    await appends;
    await deletions;
  }

  /** Like {@link #whenSettled}; if it can be read, the head is in memory then, or is found and will be proved by the walk. */
  async #whenKnown(persistenceId: string, range: SequenceRange): Promise<void> {
    const { heads } = this.#parts;
    await this.#whenSettled(persistenceId);
    if (heads.get(persistenceId)) return;
    const found = heads.found(persistenceId) ?? (await heads.find([persistenceId]))[0];
    if (found && reachesEnd(range, found.highest)) return;
    await heads.with(persistenceId, () => undefined).catch(() => undefined);
  }

  /** A walk over one stream as it is when the first batch is asked for. */
  async *#walkStream(
    persistenceId: string,
    range: SequenceRange,
    known: Promise<void>,
  ): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    const { db, heads, health, step } = this.#parts;
    const { location } = health;
    const doing = "reading events";
    await known;
    const refusal = health.refusal(doing) ?? health.doubtAbout(persistenceId);
    if (refusal) throw refusal;
    const head = heads.get(persistenceId);
    const found = head ? undefined : heads.found(persistenceId);
    const toEnd = found !== undefined && reachesEnd(range, found.highest);
    const stored = toEnd ? found : head?.pending ? undefined : head;
    const context = { location, persistenceId };
    const window = stored && windowOf(stored, range);
    try {
      if (window?.beginsFrame) yield* readStream(db, undefined, context, window, step, toEnd);
      else yield* this.#walk(doing, (view) => readStreamInView(db, view, context, range, step, stored, toEnd));
      if (toEnd) heads.prove(persistenceId, found);
    } catch (error) {
      throw health.typed(doing, error);
    }
  }

  /** A walk over one view of the store, which is taken when the first batch is asked for. */
  async *#walk<T>(doing: string, walk: (view: DatabaseView) => AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    const { db, health } = this.#parts;
    const refusal = health.refusal(doing);
    if (refusal) throw refusal;
    const view = db.snapshot();
    try {
      yield* walk(view);
    } catch (error) {
      throw health.typed(doing, error);
    } finally {
      await view.close();
    }
  }
}

function hold(head: StreamHead): { readonly head: StreamHead; readonly highest: number } {
  head.holds++;
  return { head, highest: head.highest };
}

function invalid({ persistenceId, sequenceNr, events }: AppendRequest): PersistRejectedError | undefined {
  if (!Number.isSafeInteger(sequenceNr + events.length) || sequenceNr < 1) {
    return new PersistRejectedError(
      persistenceId,
      new TypeError(`a sequence number must be a whole number from 1, not ${sequenceNr}`),
    );
  }
  if (events.length === 0)
    return new PersistRejectedError(persistenceId, new TypeError("there are no events to store"));
  for (const { type, payload, tags } of events) {
    if (typeof payload !== "string" || typeof type !== "string" || !Array.isArray(tags)) {
      return new PersistRejectedError(
        persistenceId,
        new TypeError("an event needs a type, a payload as JSON text, and tags"),
      );
    }
  }
  return undefined;
}
