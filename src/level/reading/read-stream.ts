/** Reads a window of one stream and proves, row by row, that nothing in it is missing. */
import { StorageCorruptedError } from "../../errors.ts";
import type { SequenceRange } from "../../storage/journal.ts";
import type { StoredEvent } from "../../storage/stored-event.ts";
import type { Database, DatabaseView } from "../database.ts";
import { eventsPerBatch } from "../level-storage-options.ts";
import { Frame, type FrameContext, framePlace } from "../records/frame.ts";
import { numberOf } from "../records/record-keys.ts";
import type { HeadRecord } from "../records/stream-head.ts";
import { frameRange, frameStart, type StepSize } from "./frame-range.ts";
import { headBehindFrame, readHead } from "./read-head.ts";

/** What is read of a stream. */
export interface StreamWindow {
  /** The number of the first event wanted that is kept. */
  readonly from: number;
  /** The number of the last one. */
  readonly to: number;
  /** Where the stream ends. */
  readonly highest: number;
  /** Whether an event of the stream begins its frame: the first kept one does, any other may be in the middle of one. */
  readonly beginsFrame: boolean;
}

export function windowOf({ highest, deletedTo }: HeadRecord, range: SequenceRange): StreamWindow {
  const from = Math.max(range.fromSequenceNr ?? 1, deletedTo + 1);
  const to = Math.min(range.toSequenceNr ?? highest, highest, from - 1 + (range.max ?? highest));
  return { from, to, highest, beginsFrame: from === deletedTo + 1 || from > highest };
}

/** Whether a range leaves nothing out from somewhere in the stream to its end, so that a walk meets whatever comes after that. */
export function reachesEnd({ fromSequenceNr = 1, toSequenceNr, max }: SequenceRange, highest: number): boolean {
  return fromSequenceNr <= highest + 1 && max === undefined && (toSequenceNr === undefined || toSequenceNr >= highest);
}

/**
 * @param view may be undefined when the window begins a frame: then there is one iterator, and that is a view by itself
 * @param toEnd whether to prove, too, that nothing comes after the window, which then ends with the stream
 * @throws StorageCorruptedError before a damaged row, or one after a gap, is given
 */
export async function* readStream(
  db: Database,
  view: DatabaseView | undefined,
  context: FrameContext,
  window: StreamWindow,
  step: StepSize,
  toEnd: boolean,
): AsyncGenerator<StoredEvent[], void, undefined> {
  const { from, to, highest, beginsFrame } = window;
  if (from > to && !toEnd) return;
  let next = from;
  const start = beginsFrame ? from : await startOf(db, view, context.persistenceId, from);
  // One more than there can be shows the end in the same step.
  const records = Math.min(step.records, Math.max(0, to - from) + 2);
  for await (const rows of frameRange(db, view, context.persistenceId, start, { records, bytes: step.bytes })) {
    let events: StoredEvent[] = [];
    for (const [key, value] of rows) {
      if (next > to) {
        if (toEnd) throw headBehindFrame(context, highest, numberOf(key));
        break;
      }
      const frame = new Frame(context, key, value);
      if (toEnd && frame.first > highest) throw headBehindFrame(context, highest, frame.first);
      assertFollows(frame, next, from, highest);
      const wanted = frame.events(next, to);
      for (const event of wanted) events.push(event);
      next += wanted.length;
      if (events.length < eventsPerBatch) continue;
      yield events;
      events = [];
    }
    if (events.length > 0) yield events;
    if (next > to && !toEnd) return;
  }
  if (next > to) return;
  throw new StorageCorruptedError(
    context.location,
    framePlace(context.persistenceId, next),
    `it is missing, though the stream goes to ${highest}`,
  );
}

/** The same for any window, or for a stream whose head is not known. @param stored its head in `view`, when that is known */
export async function* readStreamInView(
  db: Database,
  view: DatabaseView,
  context: FrameContext,
  range: SequenceRange,
  step: StepSize,
  stored: HeadRecord | undefined,
  toEnd: boolean,
): AsyncGenerator<StoredEvent[], void, undefined> {
  const head = stored ?? (await readHead(db, context.location, context.persistenceId, view));
  yield* readStream(db, view, context, windowOf(head, range), step, toEnd);
}

async function startOf(
  db: Database,
  view: DatabaseView | undefined,
  persistenceId: string,
  sequenceNr: number,
): Promise<number> {
  const key = await frameStart(db, view, persistenceId, sequenceNr);
  return key === undefined ? sequenceNr : numberOf(key);
}

function assertFollows(frame: Frame, next: number, from: number, highest: number): void {
  const follows = next === from ? frame.first <= next && frame.last >= next : frame.first === next;
  if (!follows) throw frame.damaged(next, `what comes next is event ${frame.first}`);
  if (frame.last > highest) throw frame.damaged(frame.last, `it is there, though the stream goes to ${highest}`);
}
