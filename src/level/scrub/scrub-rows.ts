/** Walks rows of a view in steps of bounded size, and ends when it is told to. */
import type { Database, DatabaseView } from "../database.ts";
import type { StepSize } from "../reading/frame-range.ts";
import type { KeyRange } from "../records/record-keys.ts";

/** A record as it is stored. */
export type Row = readonly [key: string, value: Buffer];

/** What the parts of a scrub read. */
export interface ScrubSource {
  readonly db: Database;
  readonly view: DatabaseView;
  readonly location: string;
  readonly step: StepSize;
  readonly signal: AbortSignal | undefined;
}

/** @throws the reason of the signal once it is aborted */
export async function* scrubRows(
  { db, view, step, signal }: ScrubSource,
  range: Partial<KeyRange>,
): AsyncGenerator<readonly Row[], void, undefined> {
  const iterator = db.iterator({ ...range, snapshot: view, highWaterMarkBytes: step.bytes });
  let fetching = iterator.nextv(step.records);
  try {
    while (true) {
      signal?.throwIfAborted();
      const rows = await fetching;
      if (rows.length === 0) return;
      // The next rows are read while these are looked at.
      fetching = iterator.nextv(step.records);
      yield rows;
    }
  } finally {
    await fetching.catch(() => undefined);
    await iterator.close();
  }
}
