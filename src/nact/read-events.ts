/** The events of one key, from a place on, at most so many, with certain tags: pulled from the journal in its batches. */
import type { PersistedEvent } from "nact";
import type { OpenStorage } from "../storage/storage.ts";
import { assertTags, toPersistedEvent } from "./nact-record.ts";
import { assertKey } from "./stream-identity.ts";

/** Which events are meant. */
export interface EventWindow {
  /** Only events after this sequence number. */
  readonly offset: number;
  /** At most so many; Infinity for all. */
  readonly limit: number;
  /** Only events that have every one of these. */
  readonly tags: readonly string[];
}

/** @throws TypeError for a wrong argument, and what {@link Journal.read} throws */
export async function* readEvents(
  open: () => Promise<OpenStorage>,
  key: string,
  { offset, limit, tags }: EventWindow,
): AsyncGenerator<PersistedEvent, void, undefined> {
  assertKey(key);
  assertCount(offset, "offset");
  if (limit !== Number.POSITIVE_INFINITY) assertCount(limit, "limit");
  assertTags(tags);
  const { journal } = await open();
  let left = limit;
  if (left === 0) return;
  const max = tags.length === 0 && limit !== Number.POSITIVE_INFINITY ? limit : undefined;
  for await (const batch of journal.read(key, { fromSequenceNr: offset + 1, max })) {
    for (const stored of batch) {
      if (!tags.every((tag) => stored.tags.includes(tag))) continue;
      yield toPersistedEvent(stored);
      if (--left === 0) return;
    }
  }
}

function assertCount(count: unknown, what: string): void {
  if (Number.isSafeInteger(count) && Number(count) >= 0) return;
  throw new TypeError(`${what} must be a whole number of at least 0, not ${String(count)}`);
}
