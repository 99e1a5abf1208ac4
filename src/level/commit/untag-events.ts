/** Takes deleted events out of the tag index. */
import { StorageCorruptedError } from "../../errors.ts";
import type { StoredEvent } from "../../storage/stored-event.ts";
import type { Database } from "../database.ts";
import { recordJson } from "../records/record.ts";
import { tagKey } from "../records/record-keys.ts";
import type { RecordChange } from "./commit-group.ts";

/** How an event that has tags looks in the text of its frame; payloads may look like it too. */
const tagsMember = Buffer.from('"g":[');

/** An entry of the tag index: `[offset, persistenceId, sequenceNr]`. */
export type TagEntry = readonly [offset: number, persistenceId: string, sequenceNr: number];

/** Whether a stored frame may have events with tags; false is sure. */
export function mayHaveTags(value: Buffer): boolean {
  return value.includes(tagsMember);
}

/** The entries out of the JSON of an index record; undefined when it is none. */
export function parseTagEntries(json: unknown): readonly TagEntry[] | undefined {
  return Array.isArray(json) && json.every(isTagEntry) ? json : undefined;
}

/** The changes to the index; nobody else may change it until they are stored. */
export async function untagEvents(
  db: Database,
  location: string,
  deleted: readonly StoredEvent[],
): Promise<RecordChange[]> {
  const records = new Map<string, readonly TagEntry[]>();
  for (const { tags, offset } of deleted) {
    for (const tag of new Set(tags)) {
      const row = await indexRecord(db, tag, offset);
      if (!row) continue;
      const [key] = row;
      const entries = records.get(key) ?? parseTagEntries(recordJson(location, indexPlace(tag), ...row));
      if (!entries) throw new StorageCorruptedError(location, indexPlace(tag), "it has not the form of an index");
      records.set(
        key,
        entries.filter((entry) => entry[0] !== offset),
      );
    }
  }
  return [...records].map(([key, entries]) => (entries.length > 0 ? { key, text: JSON.stringify(entries) } : { key }));
}

/** How the index of a tag is called in errors. */
export function indexPlace(tag: string): string {
  return `the index of the tag ${JSON.stringify(tag)}`;
}

/** The record of the commit that holds `offset`, if it is there. */
async function indexRecord(db: Database, tag: string, offset: number): Promise<[string, Buffer] | undefined> {
  const iterator = db.iterator({ gte: tagKey(tag, 0), lte: tagKey(tag, offset), reverse: true, limit: 1 });
  try {
    return await iterator.next();
  } finally {
    await iterator.close();
  }
}

function isTagEntry(json: unknown): json is TagEntry {
  if (!Array.isArray(json)) return false;
  const [offset, persistenceId, sequenceNr]: unknown[] = json;
  return typeof offset === "number" && typeof persistenceId === "string" && typeof sequenceNr === "number";
}
