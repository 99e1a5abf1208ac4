/** Finds out what is wrong with the frames of a few streams of which a scrub knows that something is. */
import { frameDigest } from "../records/chain.ts";
import type { CommittedFrame } from "../records/commit-record.ts";
import { parseCommit } from "../records/commit-record.ts";
import { framePlace } from "../records/frame.ts";
import { checksumBytes, isIntact, storedChecksum } from "../records/record.ts";
import { allCommits, escapeId, framesOf, numberOf } from "../records/record-keys.ts";
import type { ScrubFindings } from "./scrub-findings.ts";
import { type ScrubSource, scrubRows } from "./scrub-rows.ts";
import type { ScrubbedStream } from "./scrubbed-stream.ts";

/** How many streams are looked at closely; of the others it is only said that something is wrong. */
const locatedStreamsMax = 100;

type FramesByFirst = Map<number, CommittedFrame>;

/** @param ids of streams whose frames are not those that their commits name */
export async function locateFrameFaults(
  source: ScrubSource,
  streams: ReadonlyMap<string, ScrubbedStream>,
  ids: readonly string[],
  findings: ScrubFindings,
): Promise<void> {
  if (ids.length === 0) return;
  const located = ids.slice(0, locatedStreamsMax);
  const committed = await committedFrames(source, located);
  for (const id of located) {
    const stream = streams.get(id);
    if (stream) await locateIn(source, stream, committed.get(id) ?? new Map(), findings);
  }
  for (const id of ids.slice(locatedStreamsMax))
    findings.add(`the events of ${JSON.stringify(id)}`, "they are not those that its commits name");
}

async function committedFrames(source: ScrubSource, ids: readonly string[]): Promise<Map<string, FramesByFirst>> {
  const wanted = new Map<string, FramesByFirst>(ids.map((id) => [id, new Map()]));
  for await (const rows of scrubRows(source, allCommits)) {
    for (const [key, value] of rows) {
      if (!isIntact(key, value)) continue;
      const commit = parseCommit(JSON.parse(value.toString("utf8", checksumBytes)));
      for (const frame of commit?.frames ?? []) wanted.get(frame.persistenceId)?.set(frame.first, frame);
    }
  }
  return wanted;
}

async function locateIn(
  source: ScrubSource,
  { persistenceId, head, cut }: ScrubbedStream,
  committed: FramesByFirst,
  findings: ScrubFindings,
): Promise<void> {
  let cutIsThere = false;
  for await (const rows of scrubRows(source, framesOf(escapeId(persistenceId)))) {
    for (const [key, value] of rows) {
      const first = numberOf(key);
      const frame = committed.get(first);
      committed.delete(first);
      if (first <= head.deletedTo) continue;
      if (cut && first === head.deletedTo + 1) cutIsThere = true;
      else if (!frame) findings.add(framePlace(persistenceId, first), "no commit names it");
      else if (storedChecksum(value) !== frame.checksum || frameDigest(value.subarray(checksumBytes)) !== frame.digest)
        findings.add(framePlace(persistenceId, first), "it is not what its commit says");
    }
  }
  if (cut && !cutIsThere) findings.add(framePlace(persistenceId, head.deletedTo + 1), "it is missing");
  for (const first of committed.keys())
    if (first > head.deletedTo) findings.add(framePlace(persistenceId, first), "it is missing");
}
