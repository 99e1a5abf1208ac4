/** Tells of many ids at once which of them have records of one kind: one walk over the keys between the first and the last of them. */
import type { Database } from "../database.ts";
import { idOf, type KeyRange } from "../records/record-keys.ts";
import type { StepSize } from "./frame-range.ts";

/** A walk may meet so many keys for each id; then asking for one id after the other is cheaper. */
const keysMaxEach = 8;

/**
 * The escaped ids among `escapedIds` that have a key in their range. What it leaves out is proved to have none: LevelDB tells of a block
 * that it cannot read when a walk has come to its end, and every walk here goes there.
 *
 * @throws whatever LevelDB finds damaged, wherever it is between the first and the last id
 */
export async function occupiedIds(
  db: Database,
  escapedIds: readonly string[],
  rangeOf: (escapedId: string) => KeyRange,
  step: StepSize,
): Promise<Set<string>> {
  const first = lowest(escapedIds, 1);
  const last = lowest(escapedIds, -1);
  if (first === undefined || last === undefined) return new Set();
  const between = { gte: rangeOf(first).gte, lt: rangeOf(last).lt };
  return (await walkAll(db, between, escapedIds.length, step)) ?? askEach(db, escapedIds, rangeOf);
}

/** The ids of all keys of a range; undefined when there are more than the walk is worth. */
async function walkAll(db: Database, range: KeyRange, ids: number, step: StepSize): Promise<Set<string> | undefined> {
  const found = new Set<string>();
  const iterator = db.keys({ ...range, highWaterMarkBytes: step.bytes });
  try {
    for (let left = ids * keysMaxEach; ; ) {
      const keys = await iterator.nextv(Math.min(left, step.records) + 1);
      if (keys.length === 0) return found;
      left -= keys.length;
      if (left < 0) return undefined;
      for (const key of keys) found.add(idOf(key));
    }
  } finally {
    await iterator.close();
  }
}

async function askEach(
  db: Database,
  escapedIds: readonly string[],
  rangeOf: (escapedId: string) => KeyRange,
): Promise<Set<string>> {
  const found = new Set<string>();
  const ask = async (escapedId: string): Promise<void> => {
    const iterator = db.keys({ ...rangeOf(escapedId), limit: 1 });
    try {
      if ((await iterator.nextv(1)).length > 0) found.add(escapedId);
    } finally {
      await iterator.close();
    }
  };
  await Promise.all(escapedIds.map(ask));
  return found;
}

/** The first, or with `sign` -1 the last id in the order of LevelDB, which is that of UTF-8 bytes. */
function lowest(escapedIds: readonly string[], sign: 1 | -1): string | undefined {
  let found: string | undefined;
  for (const id of escapedIds) if (found === undefined || compareUtf8(id, found) * sign < 0) found = id;
  return found;
}

/** Compares as UTF-8 does; that differs from comparing code units where one is half of a surrogate pair. */
function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for characters behind all that are written without them. */
function rank(codeUnit: number): number {
  if (codeUnit < 0xd800) return codeUnit;
  return codeUnit < 0xe000 ? codeUnit + 0x2000 : codeUnit - 0x800;
}
