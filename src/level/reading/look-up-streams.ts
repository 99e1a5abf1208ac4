/** Reads the heads of many streams at once, and proves of those that have none that there is nothing of them. */
import type { Database } from "../database.ts";
import { escapeId, framesOf, headKey, snapshotsOf } from "../records/record-keys.ts";
import type { StreamRecord } from "../records/stream-head.ts";
import type { StepSize } from "./frame-range.ts";
import { occupiedIds } from "./occupied-ids.ts";
import { decodeHead, noHead } from "./read-head.ts";

const nothing: StreamRecord = { ...noHead, hasNoSnapshots: true };
const onlySnapshots: StreamRecord = { ...noHead, hasNoSnapshots: false };

/**
 * What was found, in the order of the ids. Undefined for what wants a closer look. A head that is found may be an older one, which a
 * damaged block has brought to light: only the frames tell.
 *
 * @throws an error of LevelDB, whichever of the streams it is about
 */
export async function lookUpStreams(
  db: Database,
  location: string,
  persistenceIds: readonly string[],
  step: StepSize,
): Promise<(StreamRecord | undefined)[]> {
  const escapedIds = persistenceIds.map(escapeId);
  const keys = escapedIds.map(headKey);
  const [heads, withSnapshots] = await Promise.all([db.getMany(keys), occupiedIds(db, escapedIds, snapshotsOf, step)]);
  const headless = escapedIds.filter((_, index) => heads[index] === undefined);
  const known = await withEvents(db, headless, step);
  return persistenceIds.map((persistenceId, index) => {
    const [escapedId = "", key = "", value] = [escapedIds[index], keys[index], heads[index]];
    const hasNoSnapshots = !withSnapshots.has(escapedId);
    if (value === undefined) return known.has(escapedId) ? undefined : hasNoSnapshots ? nothing : onlySnapshots;
    try {
      const { highest, deletedTo, purgedTo } = decodeHead(location, persistenceId, [key, value]);
      return { highest, deletedTo, purgedTo, hasNoSnapshots };
    } catch {
      // Whoever takes the closer look is told.
      return undefined;
    }
  });
}

/** Those of the ids that have a head or a frame after all: a damaged filter block makes getMany miss keys, so iterators are asked. */
async function withEvents(db: Database, escapedIds: readonly string[], step: StepSize): Promise<Set<string>> {
  if (escapedIds.length === 0) return new Set();
  const [haveHeads, found] = await Promise.all([
    // LevelDB has no such question of its own: it is answered with an iterator.
    db.hasMany(escapedIds.map(headKey)),
    occupiedIds(db, escapedIds, framesOf, step),
  ]);
  for (const [index, escapedId] of escapedIds.entries()) if (haveHeads[index]) found.add(escapedId);
  return found;
}
