/** Reads the events of the whole store in the order of their offsets, commit by commit, and proves that no commit is missing. */
import { StorageCorruptedError } from "../../errors.ts";
import type { StoredEvent } from "../../storage/stored-event.ts";
import type { Database, DatabaseView } from "../database.ts";
import { type CommittedFrame, parseCommit } from "../records/commit-record.ts";
import { Frame, framePlace } from "../records/frame.ts";
import { recordJson } from "../records/record.ts";
import { allCommits, commitKey, escapeId, frameKey, headKey, numberOf } from "../records/record-keys.ts";
import type { StepSize } from "./frame-range.ts";
import { decodeHead } from "./read-head.ts";

/** How many streams a walk remembers the deletions of. */
const rememberedStreamsMax = 10_000;

/** A frame that a commit names, and the first offset in it. */
export interface DueFrame extends CommittedFrame {
  readonly ordinal: number;
}

/** One commit as it is stored. */
interface Commit {
  readonly ordinal: number;
  readonly at: number;
  readonly frames: readonly CommittedFrame[];
}

/** One walk over the history, in one view of the store. */
export class HistoryWalk {
  readonly #db: Database;
  readonly #view: DatabaseView;
  readonly #location: string;
  readonly #step: StepSize;
  readonly #deletedTo = new Map<string, number>();

  constructor(db: Database, view: DatabaseView, location: string, step: StepSize) {
    this.#db = db;
    this.#view = view;
    this.#location = location;
    this.#step = step;
  }

  /**
   * The events after `fromOffset`, at least up to `knownOffset`.
   *
   * @throws StorageCorruptedError naming the commit or the event that is missing or damaged
   */
  async *events(fromOffset: number, knownOffset: number): AsyncGenerator<StoredEvent[], void, undefined> {
    let next = await this.#commitStart(fromOffset + 1);
    for await (const commit of this.#commits(next)) {
      if (commit.ordinal !== next) break;
      const due = dueFrames(commit);
      for (const frame of due) next += frame.count;
      for (let index = 0; index < due.length; index += this.#step.records) {
        const frames = due
          .slice(index, index + this.#step.records)
          .filter((frame) => frame.ordinal + frame.count > fromOffset + 1);
        const events = await this.eventsOf(frames, fromOffset);
        if (events.length > 0) yield events;
      }
    }
    if (next <= knownOffset)
      throw this.#damagedCommit(next, `it is missing, though the history goes to ${knownOffset}`);
  }

  /**
   * The frames of the commits that begin at these ordinals.
   *
   * @throws StorageCorruptedError naming a commit that is missing or damaged
   */
  async framesOf(ordinals: readonly number[]): Promise<DueFrame[]> {
    const keys = ordinals.map(commitKey);
    const values = await this.#db.getMany(keys, { snapshot: this.#view });
    return ordinals.flatMap((ordinal, index) => {
      const value = values[index];
      if (!value) throw this.#damagedCommit(ordinal, "it is missing, though an index has events of it");
      return dueFrames(decodeCommit(this.#location, keys[index] ?? "", value));
    });
  }

  /** Whether an event of a frame that was read is deleted. */
  isDeleted(persistenceId: string, sequenceNr: number): boolean {
    return sequenceNr <= (this.#deletedTo.get(persistenceId) ?? 0);
  }

  async *#commits(firstOrdinal: number): AsyncGenerator<Commit, void, undefined> {
    const iterator = this.#db.iterator({
      gte: commitKey(firstOrdinal),
      lt: allCommits.lt,
      snapshot: this.#view,
      highWaterMarkBytes: this.#step.bytes,
    });
    try {
      while (true) {
        const rows = await iterator.nextv(this.#step.records);
        if (rows.length === 0) return;
        for (const [key, value] of rows) yield decodeCommit(this.#location, key, value);
      }
    } finally {
      await iterator.close();
    }
  }

  /** The first ordinal of the commit that holds `offset`. */
  async #commitStart(offset: number): Promise<number> {
    const iterator = this.#db.keys({
      gte: allCommits.gte,
      lte: commitKey(offset),
      reverse: true,
      limit: 1,
      snapshot: this.#view,
    });
    try {
      const key = await iterator.next();
      return key === undefined ? 1 : numberOf(key);
    } finally {
      await iterator.close();
    }
  }

  /** The kept events of these frames, those after `fromOffset`. */
  async eventsOf(due: readonly DueFrame[], fromOffset: number): Promise<StoredEvent[]> {
    await this.#learnDeletions(due);
    const kept = due.filter((frame) => frame.first + frame.count - 1 > this.#deleted(frame));
    // A deletion in the middle of a frame has stored the rest of it under a new first number.
    const keys = kept.map((frame) =>
      frameKey(escapeId(frame.persistenceId), Math.max(frame.first, this.#deleted(frame) + 1)),
    );
    const values = await this.#db.getMany(keys, { snapshot: this.#view });
    const events: StoredEvent[] = [];
    for (const [index, frame] of kept.entries()) {
      const frameEvents = this.#decode(frame, keys[index] ?? "", values[index]);
      for (const event of frameEvents) if (event.offset > fromOffset) events.push(event);
    }
    return events;
  }

  #decode(due: DueFrame, key: string, value: Buffer | undefined): StoredEvent[] {
    const { persistenceId, first, count, ordinal } = due;
    const expectedFirst = numberOf(key);
    if (!value)
      throw new StorageCorruptedError(this.#location, framePlace(persistenceId, expectedFirst), "it is missing");
    const frame = new Frame({ location: this.#location, persistenceId }, key, value);
    if (frame.ordinal - frame.first !== ordinal - first || frame.last !== first + count - 1) {
      throw frame.damaged(expectedFirst, "its commit tells another place or number of events");
    }
    return frame.events(frame.first, frame.last);
  }

  #deleted(frame: CommittedFrame): number {
    return this.#deletedTo.get(frame.persistenceId) ?? 0;
  }

  async #learnDeletions(due: readonly DueFrame[]): Promise<void> {
    if (this.#deletedTo.size > rememberedStreamsMax) this.#deletedTo.clear();
    const unknown = [...new Set(due.map((frame) => frame.persistenceId))].filter((id) => !this.#deletedTo.has(id));
    const keys = unknown.map((id) => headKey(escapeId(id)));
    const values = await this.#db.getMany(keys, { snapshot: this.#view });
    for (const [index, persistenceId] of unknown.entries()) {
      const value = values[index];
      const quoted = JSON.stringify(persistenceId);
      if (!value)
        throw new StorageCorruptedError(
          this.#location,
          `the head of ${quoted}`,
          "it is missing, though a commit has events of it",
        );
      this.#deletedTo.set(
        persistenceId,
        decodeHead(this.#location, persistenceId, [keys[index] ?? "", value]).deletedTo,
      );
    }
  }

  #damagedCommit(ordinal: number, problem: string): StorageCorruptedError {
    return new StorageCorruptedError(this.#location, commitPlace(ordinal), problem);
  }
}

function dueFrames({ ordinal, frames }: Commit): DueFrame[] {
  let next = ordinal;
  return frames.map((frame) => {
    const due = { ...frame, ordinal: next };
    next += frame.count;
    return due;
  });
}

function decodeCommit(location: string, key: string, value: Buffer): Commit {
  const ordinal = numberOf(key);
  const commit = parseCommit(recordJson(location, commitPlace(ordinal), key, value));
  if (!commit) throw new StorageCorruptedError(location, commitPlace(ordinal), "it has not the form of a commit");
  return { ordinal, ...commit };
}

/** How a commit is called in errors. */
export function commitPlace(ordinal: number): string {
  return `the commit at offset ${ordinal}`;
}
