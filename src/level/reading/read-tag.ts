/** Reads the events with one tag in the order of their offsets: from the index to the commits, from these to the frames. */
import { StorageCorruptedError } from "../../errors.ts";
import type { StoredEvent } from "../../storage/stored-event.ts";
import { indexPlace, parseTagEntries, type TagEntry } from "../commit/untag-events.ts";
import type { Database, DatabaseView } from "../database.ts";
import { recordJson } from "../records/record.ts";
import { numberOf, tagKey } from "../records/record-keys.ts";
import type { StepSize } from "./frame-range.ts";
import { type DueFrame, HistoryWalk } from "./read-history.ts";

/** Which events are read. */
export interface TaggedPart {
  readonly tag: string;
  /** Exclusive. */
  readonly fromOffset: number;
}

/** What the index has for one commit. */
interface IndexedCommit {
  readonly ordinal: number;
  readonly entries: readonly TagEntry[];
}

/** @throws StorageCorruptedError when the index is damaged, or names an event that is not there or has not got the tag */
export async function* readTag(
  db: Database,
  view: DatabaseView,
  location: string,
  part: TaggedPart,
  step: StepSize,
): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  const walk = new HistoryWalk(db, view, location, step);
  for await (const commits of indexedCommits(db, view, location, part, step)) {
    const wanted = new Map(commits.flatMap(({ entries }) => entries.map((entry) => [entry[0], entry])));
    const due = framesWith(wanted, await walk.framesOf(commits.map(({ ordinal }) => ordinal)));
    for (let index = 0; index < due.length; index += step.records) {
      const tagged: StoredEvent[] = [];
      for (const event of await walk.eventsOf(due.slice(index, index + step.records), part.fromOffset)) {
        if (!wanted.delete(event.offset)) continue;
        if (!event.tags.includes(part.tag)) throw wrongEntry(location, part.tag, event.offset);
        tagged.push(event);
      }
      if (tagged.length > 0) yield tagged;
    }
    // What a deletion has left in the index until it comes to its end.
    for (const [offset, persistenceId, sequenceNr] of wanted.values()) {
      if (!walk.isDeleted(persistenceId, sequenceNr)) throw wrongEntry(location, part.tag, offset);
    }
  }
}

async function* indexedCommits(
  db: Database,
  view: DatabaseView,
  location: string,
  { tag, fromOffset }: TaggedPart,
  step: StepSize,
): AsyncGenerator<IndexedCommit[], void, undefined> {
  const iterator = db.iterator({
    gte: await firstKey(db, view, tag, fromOffset + 1),
    lte: tagKey(tag, Number.MAX_SAFE_INTEGER),
    snapshot: view,
    highWaterMarkBytes: step.bytes,
  });
  try {
    while (true) {
      const rows = await iterator.nextv(step.records);
      if (rows.length === 0) return;
      yield rows.map(([key, value]) => {
        const entries = parseTagEntries(recordJson(location, indexPlace(tag), key, value));
        if (!entries) throw new StorageCorruptedError(location, indexPlace(tag), "it has not the form of an index");
        return { ordinal: numberOf(key), entries: entries.filter(([offset]) => offset > fromOffset) };
      });
    }
  } finally {
    await iterator.close();
  }
}

/** The key of the commit that may hold `offset`, or of the first one after it. */
async function firstKey(db: Database, view: DatabaseView, tag: string, offset: number): Promise<string> {
  const iterator = db.keys({
    gte: tagKey(tag, 0),
    lte: tagKey(tag, offset),
    reverse: true,
    limit: 1,
    snapshot: view,
  });
  try {
    return (await iterator.next()) ?? tagKey(tag, offset);
  } finally {
    await iterator.close();
  }
}

/** Those of the frames that hold a wanted offset; both are in the order of offsets. */
function framesWith(wanted: ReadonlyMap<number, TagEntry>, frames: readonly DueFrame[]): DueFrame[] {
  const offsets = [...wanted.keys()];
  let next = 0;
  return frames.filter(({ ordinal, count }) => {
    const first = next;
    while (next < offsets.length && (offsets[next] ?? 0) < ordinal + count) next++;
    return next > first;
  });
}

function wrongEntry(location: string, tag: string, offset: number): StorageCorruptedError {
  return new StorageCorruptedError(location, indexPlace(tag), `it names offset ${offset}, where no event has this tag`);
}
