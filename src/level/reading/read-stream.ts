/** Reads a window of one stream and proves, row by row, that nothing in it is missing. */
import { StorageCorruptedError } from "../../errors.ts";
import type { SequenceRange } from "../../storage/journal.ts";
import type { StoredEvent } from "../../storage/stored-event.ts";
import type { Database, DatabaseView } from "../database.ts";
import { Frame, type FrameContext, framePlace } from "../records/frame.ts";
import { numberOf } from "../records/record-keys.ts";
import type { HeadRecord } from "../records/stream-head.ts";
import { frameRange, frameStart, type StepSize } from "./frame-range.ts";
import { readHead } from "./read-head.ts";

/**
 * @param known the head of the stream in `view`, when it is in memory
 * @throws StorageCorruptedError before a damaged row, or one after a gap, is given
 */
export async function* readStream(
  db: Database,
  view: DatabaseView,
  context: FrameContext,
  range: SequenceRange,
  step: StepSize,
  known?: HeadRecord,
): AsyncGenerator<StoredEvent[], void, undefined> {
  const { location, persistenceId } = context;
  const { highest, deletedTo } = known ?? (await readHead(db, location, persistenceId, view));
  const from = Math.max(range.fromSequenceNr ?? 1, deletedTo + 1);
  const to = Math.min(range.toSequenceNr ?? highest, highest, from - 1 + (range.max ?? highest));
  if (from > to) return;

  let next = from;
  // The first kept event always begins a frame; any other one may be in the middle of one.
  const start = from === deletedTo + 1 ? from : await startOf(db, view, persistenceId, from);
  const records = Math.min(step.records, to - from + 1);
  for await (const rows of frameRange(db, view, persistenceId, start, { records, bytes: step.bytes })) {
    const events: StoredEvent[] = [];
    for (const [key, value] of rows) {
      const frame = new Frame(context, key, value);
      assertFollows(frame, next, from, highest);
      const wanted = frame.events(next, to);
      for (const event of wanted) events.push(event);
      next += wanted.length;
      if (next > to) break;
    }
    yield events;
    if (next > to) return;
  }
  throw new StorageCorruptedError(
    location,
    framePlace(persistenceId, next),
    `it is missing, though the stream goes to ${highest}`,
  );
}

async function startOf(db: Database, view: DatabaseView, persistenceId: string, sequenceNr: number): Promise<number> {
  const key = await frameStart(db, view, persistenceId, sequenceNr);
  return key === undefined ? sequenceNr : numberOf(key);
}

function assertFollows(frame: Frame, next: number, from: number, highest: number): void {
  const follows = next === from ? frame.first <= next && frame.last >= next : frame.first === next;
  if (!follows) throw frame.damaged(next, `what comes next is event ${frame.first}`);
  if (frame.last > highest) throw frame.damaged(frame.last, `it is there, though the stream goes to ${highest}`);
}
