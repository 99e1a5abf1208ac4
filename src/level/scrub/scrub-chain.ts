/** The part of a scrub that walks the chain: all commits and tombstones in the order in which they were written. */

import { commitPlace } from "../reading/read-history.ts";
import { sealOf } from "../records/chain.ts";
import { parseCommit } from "../records/commit-record.ts";
import { checksumBytes, isIntact } from "../records/record.ts";
import { allCommits, allTombstones, numberOf } from "../records/record-keys.ts";
import { parseTombstone, type StoredTombstone } from "../records/tombstone.ts";
import type { ScrubFindings } from "./scrub-findings.ts";
import { type Row, type ScrubSource, scrubRows } from "./scrub-rows.ts";
import { ScrubbedStream } from "./scrubbed-stream.ts";

/** Proves that no link of the chain is missing, altered or in another place. */
export class ChainScrub {
  readonly #findings: ScrubFindings;
  readonly #streams: Map<string, ScrubbedStream>;
  /** Of the newest link. */
  digest = "";
  commits = 0;
  highestOffset = 0;
  #tombstones = 0;

  /** @param streams by id; those that only the chain knows of are added */
  constructor(findings: ScrubFindings, streams: Map<string, ScrubbedStream>) {
    this.#findings = findings;
    this.#streams = streams;
  }

  async walk(source: ScrubSource, progress: (offset: number) => void): Promise<void> {
    const tombstones = new Tombstones(source);
    await tombstones.load();
    for await (const rows of scrubRows(source, allCommits)) {
      for (const row of rows) {
        if (tombstones.isDue(numberOf(row[0]))) await this.#bury(tombstones, numberOf(row[0]));
        this.#commit(row);
      }
      progress(this.highestOffset);
    }
    await this.#bury(tombstones, Number.POSITIVE_INFINITY);
  }

  async #bury(tombstones: Tombstones, ordinal: number): Promise<void> {
    while (tombstones.isDue(ordinal)) {
      const tombstone = await tombstones.take();
      if (tombstone) this.#tombstone(tombstone);
    }
  }

  #commit([key, value]: Row): void {
    const ordinal = numberOf(key);
    if (ordinal !== this.highestOffset + 1) {
      this.#findings.add(`the commit at offset ${this.highestOffset + 1}`, `it is missing; the next one is ${ordinal}`);
    }
    this.commits++;
    const commit = parseRecord(key, value, parseCommit);
    if (typeof commit === "string") {
      this.#findings.add(commitPlace(ordinal), commit);
      this.highestOffset = ordinal;
      return;
    }
    const broken = this.#link(commit.previous, value);
    if (broken) this.#findings.add(commitPlace(ordinal), broken);
    let next = ordinal;
    for (const frame of commit.frames) {
      const problem = this.#stream(frame.persistenceId).commit(frame, next);
      if (problem) this.#findings.add(commitPlace(ordinal), problem);
      next += frame.count;
    }
    this.highestOffset = next - 1;
  }

  #tombstone({ row: [key, value], tombstone }: PlacedTombstone): void {
    const number = numberOf(key);
    const where = `tombstone ${number}`;
    if (number !== ++this.#tombstones) {
      this.#findings.add(`tombstone ${this.#tombstones}`, `it is missing; the next one is ${number}`);
      this.#tombstones = number;
    }
    if (typeof tombstone === "string") {
      this.#findings.add(where, tombstone);
      return;
    }
    const broken = this.#link(tombstone.previous, value);
    if (broken) this.#findings.add(where, broken);
    const problem = this.#stream(tombstone.persistenceId).bury(tombstone);
    if (problem) this.#findings.add(where, problem);
  }

  /** Returns what is wrong with the link, if anything. */
  #link(previous: string, value: Buffer): string | undefined {
    const follows = previous === this.digest;
    const digest = sealOf(value);
    this.digest = digest ?? "";
    if (!follows) return "it does not follow the record before it in the chain";
    return digest === undefined ? "its digest does not match" : undefined;
  }

  #stream(persistenceId: string): ScrubbedStream {
    const known = this.#streams.get(persistenceId);
    if (known) return known;
    this.#findings.add(
      `the head of ${JSON.stringify(persistenceId)}`,
      "it is missing, though a commit has events of it",
    );
    const stream = new ScrubbedStream(persistenceId, { highest: 0, deletedTo: 0, purgedTo: 0 });
    this.#streams.set(persistenceId, stream);
    return stream;
  }
}

interface PlacedTombstone {
  readonly row: Row;
  /** What is wrong with it, when it is none. */
  readonly tombstone: StoredTombstone | string;
}

/** All tombstones, taken in the order of their places between the commits. */
class Tombstones {
  readonly #rows: AsyncGenerator<readonly Row[], void, undefined>;
  #waiting: PlacedTombstone[] = [];

  constructor(source: ScrubSource) {
    this.#rows = scrubRows(source, allTombstones);
  }

  /** To be called before the first one is taken. */
  async load(): Promise<void> {
    const { value: rows } = await this.#rows.next();
    this.#waiting = (rows ?? []).map((row) => ({ row, tombstone: parseRecord(row[0], row[1], parseTombstone) }));
  }

  /** Whether the next one was written before the commit at `ordinal`. */
  isDue(ordinal: number): boolean {
    const [next] = this.#waiting;
    return next !== undefined && (typeof next.tombstone === "string" || next.tombstone.afterOffset < ordinal);
  }

  async take(): Promise<PlacedTombstone | undefined> {
    const next = this.#waiting.shift();
    if (this.#waiting.length === 0) await this.load();
    return next;
  }
}

/** What is stored, or what is wrong with it. */
function parseRecord<T>(key: string, value: Buffer, parse: (json: unknown) => T | undefined): T | string {
  if (!isIntact(key, value)) return "its checksum does not match";
  try {
    return parse(JSON.parse(value.toString("utf8", checksumBytes))) ?? "it has another form";
  } catch {
    return "it is no JSON";
  }
}
