/** Deletes the beginning of a stream: first the head says so, in one commit; then the frames go, in bounded steps. */
import type { RecordChange } from "./commit-group.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { Database } from "./database.ts";
import { Frame, type FrameContext } from "./frame.ts";
import { deletedRecordsMax } from "./level-storage-options.ts";
import { frameKey, framesOf } from "./record-keys.ts";
import type { StreamHead } from "./stream-head.ts";
import { trimFrame } from "./trim-frame.ts";

/** What a deletion works on. Nobody else may delete from the stream meanwhile; appends may go on. */
export interface Deletion {
  readonly db: Database;
  readonly queue: CommitQueue;
  readonly context: FrameContext;
  readonly head: StreamHead;
  /** Not above the highest sequence number. */
  readonly deletedTo: number;
}

export async function deleteEvents(deletion: Deletion): Promise<void> {
  const { head, queue, deletedTo } = deletion;
  if (deletedTo > head.deletedTo) await queue.change(await trimmedFrame(deletion), { head, deletedTo });
  // Reads ignore what is left here by a crash; the next deletion of the stream finds it again.
  await sweep(deletion);
}

/** The frame that the deletion cuts in two is stored again without its beginning. */
async function trimmedFrame({ db, context, head, deletedTo }: Deletion): Promise<RecordChange[]> {
  const iterator = db.iterator({
    gte: framesOf(head.escapedId).gte,
    lte: frameKey(head.escapedId, deletedTo),
    reverse: true,
    limit: 1,
  });
  try {
    const row = await iterator.next();
    if (!row) return [];
    const [key, value] = row;
    const frame = new Frame(context, key, value);
    if (frame.last <= deletedTo) return [];
    return [
      { key },
      { key: frameKey(head.escapedId, deletedTo + 1), text: trimFrame(frame, value, deletedTo + 1 - frame.first) },
    ];
  } finally {
    await iterator.close();
  }
}

async function sweep({ db, queue, head }: Deletion): Promise<void> {
  const iterator = db.keys({ gte: framesOf(head.escapedId).gte, lt: frameKey(head.escapedId, head.deletedTo + 1) });
  try {
    while (true) {
      const keys = await iterator.nextv(deletedRecordsMax);
      if (keys.length === 0) return;
      await queue.change(keys.map((key) => ({ key })));
    }
  } finally {
    await iterator.close();
  }
}
