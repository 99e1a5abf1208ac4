/** Walks the frames of one stream in a view, a bounded number of bytes at a time. */
import type { Database, DatabaseView } from "../database.ts";
import { escapeId, frameKey, framesOf } from "../records/record-keys.ts";

/** How much one step takes from the disk. */
export interface StepSize {
  readonly records: number;
  readonly bytes: number;
}

/** A frame as it is stored. */
export type FrameRow = readonly [key: string, value: Buffer];

/** The frames that begin at `firstSequenceNr` or later, in steps. */
export async function* frameRange(
  db: Database,
  view: DatabaseView | undefined,
  persistenceId: string,
  firstSequenceNr: number,
  step: StepSize,
): AsyncGenerator<readonly FrameRow[], void, undefined> {
  const escapedId = escapeId(persistenceId);
  const iterator = db.iterator({
    gte: frameKey(escapedId, firstSequenceNr),
    lt: framesOf(escapedId).lt,
    ...(view && { snapshot: view }),
    highWaterMarkBytes: step.bytes,
  });
  try {
    while (true) {
      const rows = await iterator.nextv(step.records);
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    await iterator.close();
  }
}

/** Where the frame begins that holds `sequenceNr`, if there is one that begins there or before. */
export async function frameStart(
  db: Database,
  view: DatabaseView | undefined,
  persistenceId: string,
  sequenceNr: number,
): Promise<string | undefined> {
  const escapedId = escapeId(persistenceId);
  const iterator = db.keys({
    gte: framesOf(escapedId).gte,
    lte: frameKey(escapedId, sequenceNr),
    reverse: true,
    limit: 1,
    ...(view && { snapshot: view }),
  });
  try {
    return await iterator.next();
  } finally {
    await iterator.close();
  }
}
