/** The events of one command as records for the journal. */
import { eventType } from "../codec/event-type.ts";
import { type EventRecord, noTags } from "../storage/stored-event.ts";
import { encodeEvent } from "./event-codec.ts";

/** A record whose tags are known once its event was applied. */
export interface TaggableRecord extends EventRecord {
  tags: readonly string[];
}

/**
 * One record for each event, without tags.
 *
 * @param metadata JSON text
 * @throws SerializationError when one of them cannot be stored
 */
export function recordsOf(
  events: readonly unknown[],
  versions: { versionOf(type: string): number },
  persistenceId: string,
  timestamp: number,
  metadata: string | undefined,
): TaggableRecord[] {
  // Of the exact length: a list that grows takes room for sixteen, and as many wait as commands are under way.
  const records = new Array<TaggableRecord>(events.length);
  for (let index = 0; index < events.length; index++) {
    const event = events[index];
    const type = eventType(event);
    const payload = encodeEvent(event, persistenceId);
    records[index] = { type, version: versions.versionOf(type), timestamp, tags: noTags, metadata, payload };
  }
  return records;
}

/** @throws TypeError when a tagger returned something else than tags */
export function assertTags(tags: readonly string[]): readonly string[] {
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === "string" && tag !== "" && tag.isWellFormed()))
    return tags;
  throw new TypeError("tagger must return a list of non-empty, well-formed strings");
}
