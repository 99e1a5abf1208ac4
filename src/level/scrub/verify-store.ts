/** The full scrub: every record is read, proved, and compared with the others that speak of the same thing. */
import type { VerificationReport, VerifyOptions } from "../../storage/maintenance.ts";
import type { Database } from "../database.ts";
import type { StepSize } from "../reading/frame-range.ts";
import { locateFrameFaults } from "./locate-frame-faults.ts";
import { ChainScrub } from "./scrub-chain.ts";
import { ScrubFindings } from "./scrub-findings.ts";
import { FrameScrub } from "./scrub-frames.ts";
import type { ScrubSource } from "./scrub-rows.ts";
import { scrubHeads, scrubOthers, scrubSnapshots, scrubTags, scrubViews } from "./scrub-side-records.ts";
import { scrubTables } from "./scrub-tables.ts";
import type { ScrubbedStream } from "./scrubbed-stream.ts";
import { TagTally } from "./tag-tally.ts";

/** What is scrubbed. */
export interface ScrubbedStore {
  readonly db: Database;
  /** The real path. */
  readonly folder: string;
  readonly location: string;
  readonly step: StepSize;
  /** At least so far the history must go. */
  readonly highestOffset: number;
}

/** Looks at one view of the store; writes may go on. */
export async function verifyStore(
  { db, folder, location, step, highestOffset }: ScrubbedStore,
  { signal, onProgress }: VerifyOptions = {},
): Promise<VerificationReport> {
  const view = db.snapshot();
  try {
    const source: ScrubSource = { db, view, location, step, signal };
    const findings = new ScrubFindings();
    const streams = await scrubHeads(source, findings);
    const chain = new ChainScrub(findings, streams);
    await chain.walk(source, (offset) => onProgress?.(offset, highestOffset * 2));
    if (chain.highestOffset < highestOffset)
      findings.add(
        `the commit at offset ${chain.highestOffset + 1}`,
        `it is missing: the history goes to ${highestOffset}`,
      );
    judgeHeads(streams, findings);
    const tags = new TagTally();
    const frames = new FrameScrub(findings, streams, tags, location);
    const { highestOffset: half } = chain;
    await frames.walk(source, (read) => onProgress?.(half + Math.min(read, half), half * 2));
    await locateFrameFaults(source, streams, [...frames.unlike], findings);
    await scrubTags(source, findings, streams, tags);
    tags.judge(findings);
    const snapshots = await scrubSnapshots(source, findings, streams);
    await scrubViews(source, findings);
    await scrubOthers(source, findings);
    await scrubTables({ folder, location }, findings, signal);
    onProgress?.(half * 2, half * 2);
    const { faults } = findings;
    return {
      ok: faults.length === 0,
      faults,
      streams: streams.size,
      events: keptEvents(streams),
      commits: chain.commits,
      snapshots,
      highestOffset: chain.highestOffset,
      headDigest: chain.digest,
    };
  } finally {
    await view.close();
  }
}

function judgeHeads(streams: ReadonlyMap<string, ScrubbedStream>, findings: ScrubFindings): void {
  for (const [id, stream] of streams) {
    const problem = stream.wrongHead;
    if (problem) findings.add(`the head of ${JSON.stringify(id)}`, problem);
  }
}

function keptEvents(streams: ReadonlyMap<string, ScrubbedStream>): number {
  let events = 0;
  for (const { head } of streams.values()) events += head.highest - head.deletedTo;
  return events;
}
