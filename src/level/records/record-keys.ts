/** The keys of all records: one letter for the kind, the escaped id, and numbers that sort as text. */

/** Ends an id, so that no id is the beginning of another one's keys. */
const end = "\0";

/** The first key after those that begin with an id and its end. */
const afterEnd = "\x01";

const digits = 16;
const zeros = "0".repeat(digits);

/** Two bounds of a range of keys: from `gte` on, and before `lt`. */
export interface KeyRange {
  readonly gte: string;
  readonly lt: string;
}

/** The kinds of records. */
const recordKind = {
  frame: "e",
  head: "h",
  commit: "c",
  tombstone: "d",
  tag: "t",
  snapshot: "s",
  store: "m",
  view: "v",
};

/** All heads. */
export const allHeads: KeyRange = { gte: "h", lt: "i" };

/** All commit records. */
export const allCommits: KeyRange = { gte: "c", lt: "d" };

/** All tombstones. */
export const allTombstones: KeyRange = { gte: "d", lt: "e" };

/** All frames. */
export const allFrames: KeyRange = { gte: "e", lt: "f" };

/** The whole tag index. */
export const allTagRecords: KeyRange = { gte: "t", lt: "u" };

/** All snapshots. */
export const allSnapshots: KeyRange = { gte: "s", lt: "t" };

/** What the store keeps for itself. */
export const allStoreRecords: KeyRange = { gte: "m", lt: "n" };

/** All read models. */
export const allViewRecords: KeyRange = { gte: "v", lt: "w" };

/** Where no record has its place. */
export const unknownRanges: readonly Partial<KeyRange>[] = [
  { lt: "c" },
  { gte: "f", lt: "h" },
  { gte: "i", lt: "m" },
  { gte: "n", lt: "s" },
  { gte: "u", lt: "v" },
  { gte: "w" },
];

/** Nothing is ever stored here: deleting it is a write that changes nothing. */
export const emptyKey: string = `${recordKind.store}empty`;

/** The latest time that a snapshot was given. */
export const snapshotTimeKey: string = `${recordKind.store}snapshot-time`;

/** The keys of the records that the store keeps for itself. */
export const knownStoreKeys: readonly string[] = [snapshotTimeKey];

/** Takes the end mark out of an id. Ids without it and without `%` stay as they are. */
export function escapeId(id: string): string {
  return id.includes("%") || id.includes(end) ? id.replaceAll("%", "%25").replaceAll(end, "%00") : id;
}

/** The id that {@link escapeId} was given. */
export function unescapeId(escaped: string): string {
  return escaped.includes("%") ? escaped.replaceAll("%00", end).replaceAll("%25", "%") : escaped;
}

/** A whole number as text that sorts like the number. */
export function numberKey(number: number): string {
  const text = String(number);
  return zeros.slice(text.length) + text;
}

/** The characters of a number in a key. */
export const numberLength: number = digits;

/** The number at the end of a key, as it stands there. */
export function numberTextOf(key: string): string {
  return key.slice(-digits);
}

/** The number at the end of a key. */
export function numberOf(key: string): number {
  return Number(key.slice(-digits));
}

export function frameKey(escapedId: string, firstSequenceNr: number): string {
  return recordKind.frame + escapedId + end + numberKey(firstSequenceNr);
}

export function framesOf(escapedId: string): KeyRange {
  return { gte: recordKind.frame + escapedId + end, lt: recordKind.frame + escapedId + afterEnd };
}

/** The escaped id in the key of a frame or a snapshot. */
export function idOf(key: string): string {
  const idEnd = key.indexOf(end);
  return key.slice(1, idEnd < 0 ? key.length : idEnd);
}

export function headKey(escapedId: string): string {
  return recordKind.head + escapedId;
}

export function commitKey(ordinal: number): string {
  return recordKind.commit + numberKey(ordinal);
}

/** @param number counts the tombstones of the store, from 1 */
export function tombstoneKey(number: number): string {
  return recordKind.tombstone + numberKey(number);
}

/** Whether it is the key of a commit record. */
export function isCommitKey(key: string): boolean {
  return key.startsWith(recordKind.commit) && key.length === recordKind.commit.length + digits;
}

export function tagKey(tag: string, ordinal: number): string {
  return recordKind.tag + escapeId(tag) + end + numberKey(ordinal);
}

export function snapshotsOf(escapedId: string): KeyRange {
  return { gte: recordKind.snapshot + escapedId + end, lt: recordKind.snapshot + escapedId + afterEnd };
}

export function snapshotKey(escapedId: string, sequenceNr: number): string {
  return recordKind.snapshot + escapedId + end + numberKey(sequenceNr);
}

/** The key of what is stored of a view beside its entries; it comes before them. */
export function viewKey(escapedName: string): string {
  return recordKind.view + escapedName + end;
}

/** The first key after everything of a view. */
export function afterView(escapedName: string): string {
  return recordKind.view + escapedName + afterEnd;
}

export function viewEntryKey(escapedName: string, generation: number, key: string): string {
  return viewKey(escapedName) + numberKey(generation) + key;
}

export function viewEntriesOf(escapedName: string, generation: number): KeyRange {
  return { gte: viewEntryKey(escapedName, generation, ""), lt: viewEntryKey(escapedName, generation + 1, "") };
}

/** The key of an entry in its view; the empty text for the record of the view itself. */
export function viewEntryOf(key: string): string {
  return key.slice(key.indexOf(end) + 1 + digits);
}

/** The name of a view in the key of one of its records. */
export function viewNameOf(key: string): string {
  return unescapeId(key.slice(recordKind.view.length, key.indexOf(end)));
}

/** Whether it is the key of a record of a view. */
export function isViewKey(key: string): boolean {
  return key.startsWith(recordKind.view);
}
