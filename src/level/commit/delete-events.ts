/** Deletes the beginning of a stream: first the head and a tombstone say so, in one commit; then the frames go, in bounded steps. */
import { recordChecksum } from "../../codec/checksum.ts";
import type { StoredEvent } from "../../storage/stored-event.ts";
import type { Database } from "../database.ts";
import { deletedRecordsMax } from "../level-storage-options.ts";
import { frameDigest } from "../records/chain.ts";
import { Frame, type FrameContext } from "../records/frame.ts";
import { frameKey, framesOf } from "../records/record-keys.ts";
import type { StreamHead } from "../records/stream-head.ts";
import type { RestOfFrame } from "../records/tombstone.ts";
import { trimFrame } from "../records/trim-frame.ts";
import type { RecordChange } from "./commit-group.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { KeyedTurns } from "./keyed-turns.ts";
import { mayHaveTags, untagEvents } from "./untag-events.ts";

/** What a deletion works on. Nobody else may delete from the stream meanwhile; appends may go on. */
export interface Deletion {
  readonly db: Database;
  readonly queue: CommitQueue;
  readonly context: FrameContext;
  readonly head: StreamHead;
  /** Not above the highest sequence number. */
  readonly deletedTo: number;
  /** When the state goes too: what is to be durable together with that. */
  readonly purge: readonly RecordChange[] | undefined;
  /** Those who change the tag index, which streams share. */
  readonly taggers: KeyedTurns;
}

/** The one key of {@link Deletion.taggers}. */
const tagIndex = "tag index";

export async function deleteEvents(deletion: Deletion): Promise<void> {
  if (isDue(deletion)) {
    const { changes, tagged, rest } = await trimmedFrame(deletion);
    await change(deletion, [...changes, ...(deletion.purge ?? [])], tagged, rest);
  }
  // Reads ignore what is left here by a crash; the next deletion of the stream finds it again.
  await sweep(deletion);
}

/** Whether it is not stored yet. */
function isDue({ head, deletedTo, purge }: Deletion): boolean {
  return purge ? deletedTo > head.purgedTo : deletedTo > head.deletedTo;
}

interface Trimming {
  readonly changes: readonly RecordChange[];
  /** The deleted events with tags. */
  readonly tagged: readonly StoredEvent[];
  readonly rest: RestOfFrame | undefined;
}

const nothingToTrim: Trimming = { changes: [], tagged: [], rest: undefined };

/** The frame that the deletion cuts in two is stored again without its beginning. */
async function trimmedFrame({ db, context, head, deletedTo }: Deletion): Promise<Trimming> {
  const iterator = db.iterator({
    gte: framesOf(head.escapedId).gte,
    lte: frameKey(head.escapedId, deletedTo),
    reverse: true,
    limit: 1,
  });
  try {
    const row = await iterator.next();
    if (!row) return nothingToTrim;
    const [key, value] = row;
    const frame = new Frame(context, key, value);
    if (frame.last <= deletedTo) return nothingToTrim;
    const restKey = frameKey(head.escapedId, deletedTo + 1);
    const text = trimFrame(frame, value, deletedTo + 1 - frame.first);
    return {
      changes: [{ key }, { key: restKey, text }],
      tagged: taggedEvents(frame, deletedTo),
      rest: { checksum: recordChecksum(restKey, text), digest: frameDigest(text) },
    };
  } finally {
    await iterator.close();
  }
}

async function sweep(deletion: Deletion): Promise<void> {
  const { db, context, head } = deletion;
  const iterator = db.iterator({ gte: framesOf(head.escapedId).gte, lt: frameKey(head.escapedId, head.deletedTo + 1) });
  try {
    while (true) {
      const rows = await iterator.nextv(deletedRecordsMax);
      if (rows.length === 0) return;
      const tagged = rows.flatMap(([key, value]) =>
        mayHaveTags(value) ? taggedEvents(new Frame(context, key, value), head.deletedTo) : [],
      );
      await change(
        deletion,
        rows.map(([key]) => ({ key })),
        tagged,
      );
    }
  } finally {
    await iterator.close();
  }
}

function taggedEvents(frame: Frame, deletedTo: number): StoredEvent[] {
  return frame.events(frame.first, deletedTo).filter((event) => event.tags.length > 0);
}

/** Stores the changes, those of the tag index too, and, as long as it is not yet stored, the deletion itself. */
async function change(
  deletion: Deletion,
  changes: readonly RecordChange[],
  tagged: readonly StoredEvent[],
  rest?: RestOfFrame,
): Promise<void> {
  const { db, queue, context, head, deletedTo, purge, taggers } = deletion;
  const store = (all: readonly RecordChange[]): Promise<void> =>
    queue.change(all, isDue(deletion) ? { head, deletedTo, purge: purge !== undefined, rest } : undefined);
  if (tagged.length === 0) return store(changes);
  return taggers.run(tagIndex, async () => store([...changes, ...(await untagEvents(db, context.location, tagged))]));
}
