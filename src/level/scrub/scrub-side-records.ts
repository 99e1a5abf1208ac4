/** The parts of a scrub beside events: heads, tag index, snapshots, and keys that this version does not know. */

import { indexPlace, parseTagEntries } from "../commit/untag-events.ts";
import { viewPlace } from "../reading/read-views.ts";
import { checksumBytes, isIntact } from "../records/record.ts";
import {
  allHeads,
  allSnapshots,
  allStoreRecords,
  allTagRecords,
  allViewRecords,
  knownStoreKeys,
  numberOf,
  unescapeId,
  unknownRanges,
  viewEntryOf,
  viewNameOf,
} from "../records/record-keys.ts";
import { isSnapshot } from "../records/snapshot-text.ts";
import { parseHead } from "../records/stream-head.ts";
import { parseView } from "../records/view-text.ts";
import type { ScrubFindings } from "./scrub-findings.ts";
import { type Row, type ScrubSource, scrubRows } from "./scrub-rows.ts";
import { ScrubbedStream } from "./scrubbed-stream.ts";
import type { TagTally } from "./tag-tally.ts";

/** All streams by their ids. */
export async function scrubHeads(source: ScrubSource, findings: ScrubFindings): Promise<Map<string, ScrubbedStream>> {
  const streams = new Map<string, ScrubbedStream>();
  for await (const rows of scrubRows(source, allHeads)) {
    for (const row of rows) {
      const persistenceId = unescapeId(row[0].slice(1));
      const head = intact(row, parseHead);
      if (!head) findings.add(`the head of ${JSON.stringify(persistenceId)}`, "it is damaged");
      streams.set(persistenceId, new ScrubbedStream(persistenceId, head ?? { highest: 0, deletedTo: 0, purgedTo: 0 }));
    }
  }
  return streams;
}

export async function scrubTags(
  source: ScrubSource,
  findings: ScrubFindings,
  streams: ReadonlyMap<string, ScrubbedStream>,
  tally: TagTally,
): Promise<void> {
  for await (const rows of scrubRows(source, allTagRecords)) {
    for (const row of rows) {
      const tag = idOf(row[0]);
      const entries = intact(row, parseTagEntries);
      if (!entries) findings.add(`${indexPlace(tag)} at offset ${numberOf(row[0])}`, "it is damaged");
      for (const entry of entries ?? []) {
        const [, persistenceId, sequenceNr] = entry;
        // Entries of deleted events may be left behind by a crash, like their frames.
        if (sequenceNr > (streams.get(persistenceId)?.head.deletedTo ?? 0)) tally.see(tag, entry);
      }
    }
  }
}

/** Returns how many there are. */
export async function scrubSnapshots(
  source: ScrubSource,
  findings: ScrubFindings,
  streams: ReadonlyMap<string, ScrubbedStream>,
): Promise<number> {
  let snapshots = 0;
  for await (const rows of scrubRows(source, allSnapshots)) {
    for (const row of rows) {
      const persistenceId = idOf(row[0]);
      const sequenceNr = numberOf(row[0]);
      const where = `snapshot ${sequenceNr} of ${JSON.stringify(persistenceId)}`;
      const stream = streams.get(persistenceId);
      if (!intact(row, (json) => isSnapshot(json) || undefined)) findings.add(where, "it is damaged");
      else if (stream && sequenceNr > stream.highest) findings.add(where, `its stream goes only to ${stream.highest}`);
      snapshots++;
    }
  }
  return snapshots;
}

/** Entries of a generation that is gone may be left behind by a crash; they hurt nobody. */
export async function scrubViews(source: ScrubSource, findings: ScrubFindings): Promise<void> {
  for await (const rows of scrubRows(source, allViewRecords)) {
    for (const row of rows) {
      const name = viewNameOf(row[0]);
      const key = viewEntryOf(row[0]);
      if (key !== "") {
        if (intact(row, (json) => [json]) === undefined) findings.add(viewPlace(name, key), "it is damaged");
      } else if (!intact(row, (json) => parseView(name, json))) {
        findings.add(`the view ${JSON.stringify(name)}`, "it is damaged");
      }
    }
  }
}

/** Records of the store itself, and all that has no place in it. */
export async function scrubOthers(source: ScrubSource, findings: ScrubFindings): Promise<void> {
  for await (const rows of scrubRows(source, allStoreRecords)) {
    for (const [key, value] of rows) {
      if (!knownStoreKeys.includes(key)) unknown(findings, key);
      else if (!isIntact(key, value)) findings.add(`the record ${JSON.stringify(key)}`, "its checksum does not match");
    }
  }
  for (const range of unknownRanges) {
    for await (const rows of scrubRows(source, range)) for (const [key] of rows) unknown(findings, key);
  }
}

function unknown(findings: ScrubFindings, key: string): void {
  findings.add(`the record ${JSON.stringify(key)}`, "this version knows no such record");
}

/** The id or tag in a key that ends with a number. */
function idOf(key: string): string {
  return unescapeId(key.slice(1, key.lastIndexOf("\0")));
}

/** What a record says; undefined when it is damaged. */
function intact<T>([key, value]: Row, parse: (json: unknown) => T | undefined): T | undefined {
  if (!isIntact(key, value)) return undefined;
  try {
    return parse(JSON.parse(value.toString("utf8", checksumBytes)));
  } catch {
    return undefined;
  }
}
