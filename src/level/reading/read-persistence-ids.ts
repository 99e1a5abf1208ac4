/** Lists all streams by their heads. */
import type { Database, DatabaseView } from "../database.ts";
import { allHeads, unescapeId } from "../records/record-keys.ts";
import type { StepSize } from "./frame-range.ts";
import { decodeHead } from "./read-head.ts";

/** Each id once, in the order of their UTF-8 bytes. */
export async function* readPersistenceIds(
  db: Database,
  view: DatabaseView,
  location: string,
  step: StepSize,
): AsyncGenerator<string[], void, undefined> {
  const iterator = db.iterator({ ...allHeads, snapshot: view, highWaterMarkBytes: step.bytes });
  try {
    while (true) {
      const rows = await iterator.nextv(step.records);
      if (rows.length === 0) return;
      yield rows.map(([key, value]) => {
        const persistenceId = unescapeId(key.slice(1));
        decodeHead(location, persistenceId, [key, value]);
        return persistenceId;
      });
    }
  } finally {
    await iterator.close();
  }
}
