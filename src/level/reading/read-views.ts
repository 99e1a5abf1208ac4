/** Reads the records of views. */
import { StorageCorruptedError } from "../../errors.ts";
import type { StoredView, ViewRange, ViewVersion } from "../../storage/view-store.ts";
import type { Database } from "../database.ts";
import { recordJson } from "../records/record.ts";
import {
  afterView,
  allViewRecords,
  escapeId,
  viewEntriesOf,
  viewEntryKey,
  viewEntryOf,
  viewKey,
  viewNameOf,
} from "../records/record-keys.ts";
import { parseView } from "../records/view-text.ts";
import type { StepSize } from "./frame-range.ts";

/** How an entry is called in errors. */
export function viewPlace(name: string, key: string): string {
  return `the entry ${JSON.stringify(key)} of the view ${JSON.stringify(name)}`;
}

/** The names of all views, from one to the next. */
export async function readViewNames(db: Database): Promise<string[]> {
  const names: string[] = [];
  for (let from = allViewRecords.gte; ; ) {
    const iterator = db.keys({ gte: from, lt: allViewRecords.lt, limit: 1 });
    try {
      const key = await iterator.next();
      if (key === undefined) return names;
      const name = viewNameOf(key);
      names.push(name);
      from = afterView(escapeId(name));
    } finally {
      await iterator.close();
    }
  }
}

/** @throws StorageCorruptedError when it is damaged */
export async function readViewRecord(db: Database, location: string, name: string): Promise<StoredView | undefined> {
  const key = viewKey(escapeId(name));
  const where = `the view ${JSON.stringify(name)}`;
  // Not get(): a damaged filter block makes it miss keys that are there.
  const iterator = db.iterator({ gte: key, lte: key, limit: 1 });
  try {
    const row = await iterator.next();
    if (!row) return undefined;
    const view = parseView(name, recordJson(location, where, ...row));
    if (!view) throw new StorageCorruptedError(location, where, "it has not the form of a view");
    return view;
  } finally {
    await iterator.close();
  }
}

/** An entry: its key in the view, the key of its record, and the record. */
type EntryRow = readonly [key: string, stored: string, value: Buffer];

/** The entries of a range, in steps. */
export async function* readViewEntries(
  db: Database,
  { name, generation }: ViewVersion,
  { gte, gt, lte, lt, reverse = false, limit }: ViewRange,
  step: StepSize,
): AsyncGenerator<readonly EntryRow[], void, undefined> {
  const escaped = escapeId(name);
  const all = viewEntriesOf(escaped, generation);
  const keyOf = (key: string): string => viewEntryKey(escaped, generation, key);
  const iterator = db.iterator({
    ...(gt === undefined ? { gte: gte === undefined ? all.gte : keyOf(gte) } : { gt: keyOf(gt) }),
    ...(lt !== undefined ? { lt: keyOf(lt) } : lte !== undefined ? { lte: keyOf(lte) } : { lt: all.lt }),
    reverse,
    highWaterMarkBytes: step.bytes,
    ...(limit !== undefined && { limit }),
  });
  try {
    for (let rows = await iterator.nextv(step.records); rows.length > 0; rows = await iterator.nextv(step.records)) {
      yield rows.map(([stored, value]) => [viewEntryOf(stored), stored, value]);
    }
  } finally {
    await iterator.close();
  }
}
