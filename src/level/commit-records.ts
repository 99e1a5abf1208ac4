/** Turns a group into the records of one commit: frames, heads, the commit record, tag index entries and other changes. */
import type { CommitGroup } from "./commit-group.ts";
import { commitKey, frameKey, headKey, tagKey } from "./record-keys.ts";
import type { RecordWriter } from "./record-writer.ts";
import { headText } from "./stream-head.ts";
import type { StreamPart } from "./stream-part.ts";

/** @param ordinal the offset of the first event of the group */
export function writeRecords(group: CommitGroup, ordinal: number, timestamp: number, writer: RecordWriter): void {
  let streams = "";
  let next = ordinal;
  for (const part of group.parts) {
    const { head, first, count } = part;
    if (count > 0) {
      const checksum = writer.put(frameKey(head.escapedId, first), part.frameText(next));
      streams += `${streams === "" ? "" : ","}[${head.quotedId},${first},${count},${checksum}]`;
      next += count;
    }
    writer.put(headKey(head.escapedId), headText(part.last, part.deletedTo));
  }
  if (group.events > 0) {
    writer.put(commitKey(ordinal), `{"at":${timestamp},"s":[${streams}]}`);
    for (const [tag, entries] of tagIndex(group.parts, ordinal)) writer.put(tagKey(tag, ordinal), `[${entries.join(",")}]`);
  }
  for (const { key, text } of group.changes) {
    if (text === undefined) writer.delete(key);
    else writer.put(key, text);
  }
}

function tagIndex(parts: readonly StreamPart[], ordinal: number): Map<string, string[]> {
  const index = new Map<string, string[]>();
  let next = ordinal;
  for (const part of parts) {
    for (const tagged of part.tagged ?? []) {
      const entry = `[${next + tagged.index},${part.head.quotedId},${part.first + tagged.index}]`;
      for (const tag of new Set(tagged.tags)) {
        const entries = index.get(tag);
        if (entries) entries.push(entry);
        else index.set(tag, [entry]);
      }
    }
    next += part.count;
  }
  return index;
}

/** One stream's share of a commit. */
export interface CommittedFrame {
  readonly persistenceId: string;
  readonly first: number;
  readonly count: number;
  readonly checksum: number;
}

/** A commit record out of its JSON; undefined when it is none. */
export function parseCommit(json: unknown): { readonly at: number; readonly frames: readonly CommittedFrame[] } | undefined {
  if (typeof json !== "object" || json === null || !("at" in json) || !("s" in json)) return undefined;
  const { at, s } = json;
  if (typeof at !== "number" || !Array.isArray(s)) return undefined;
  const frames: CommittedFrame[] = [];
  for (const entry of s) {
    const frame = parseFrameEntry(entry);
    if (!frame) return undefined;
    frames.push(frame);
  }
  return frames.length > 0 ? { at, frames } : undefined;
}

function parseFrameEntry(entry: unknown): CommittedFrame | undefined {
  if (!Array.isArray(entry)) return undefined;
  const [persistenceId, first, count, checksum]: unknown[] = entry;
  if (typeof persistenceId !== "string" || typeof first !== "number" || typeof count !== "number") return undefined;
  return typeof checksum === "number" && count > 0 ? { persistenceId, first, count, checksum } : undefined;
}
