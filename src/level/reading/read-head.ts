/** Reads the head of a stream from the disk, in a way that damage cannot turn into "no such stream". */
import { StorageCorruptedError } from "../../errors.ts";
import type { Database, DatabaseView } from "../database.ts";
import type { FrameContext } from "../records/frame.ts";
import { recordJson } from "../records/record.ts";
import { escapeId, framesOf, headKey, numberOf } from "../records/record-keys.ts";
import { type HeadRecord, parseHead } from "../records/stream-head.ts";

/** Of a stream that has nothing stored. */
export const noHead: HeadRecord = { highest: 0, deletedTo: 0, purgedTo: 0 };

/** @throws StorageCorruptedError when the head is damaged, missing, or older than the events of its stream */
export async function readHead(
  db: Database,
  location: string,
  persistenceId: string,
  view: DatabaseView,
): Promise<HeadRecord> {
  const escapedId = escapeId(persistenceId);
  const [stored, newestFrame] = await Promise.all([
    readHeadRecord(db, headKey(escapedId), view),
    newestFrameOf(db, escapedId, view),
  ]);
  const head = stored ? decodeHead(location, persistenceId, stored) : noHead;
  // A damaged block can hide the newest head and bring an older one, or none, to light.
  if (newestFrame > head.highest) throw headBehindFrame({ location, persistenceId }, head.highest, newestFrame);
  return head;
}

/** A frame begins after what the head calls the end of the stream. */
export function headBehindFrame(
  { location, persistenceId }: FrameContext,
  highest: number,
  newestFrame: number,
): StorageCorruptedError {
  const problem = `it ends at ${highest}, but the event ${newestFrame} is there`;
  return new StorageCorruptedError(location, headPlace(persistenceId), problem);
}

/** A head out of its record. */
export function decodeHead(
  location: string,
  persistenceId: string,
  [key, value]: readonly [string, Buffer],
): HeadRecord {
  const where = headPlace(persistenceId);
  const head = parseHead(recordJson(location, where, key, value));
  if (!head) throw new StorageCorruptedError(location, where, "it has not the form of a head");
  return head;
}

function headPlace(persistenceId: string): string {
  return `the head of ${JSON.stringify(persistenceId)}`;
}

async function readHeadRecord(db: Database, key: string, view: DatabaseView): Promise<[string, Buffer] | undefined> {
  // Not get(): a damaged filter block makes it miss keys that are there.
  const iterator = db.iterator({ gte: key, lte: key, limit: 1, snapshot: view });
  try {
    return await iterator.next();
  } finally {
    await iterator.close();
  }
}

/** The first sequence number of the newest frame; 0 when there is none. */
async function newestFrameOf(db: Database, escapedId: string, view: DatabaseView): Promise<number> {
  const iterator = db.keys({ ...framesOf(escapedId), reverse: true, limit: 1, snapshot: view });
  try {
    const key = await iterator.next();
    return key === undefined ? 0 : numberOf(key);
  } finally {
    await iterator.close();
  }
}
