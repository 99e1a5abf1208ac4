/** Decides what of a damaged store can be kept: of every stream the longest prefix without a gap, and what is missing behind it. */
import { StorageCorruptedError } from "../../errors.ts";
import { parseCommit } from "../records/commit-record.ts";
import { Frame, framePlace } from "../records/frame.ts";
import { checksumBytes } from "../records/record.ts";
import {
  allCommits,
  allFrames,
  allHeads,
  allSnapshots,
  allTombstones,
  numberOf,
  unescapeId,
} from "../records/record-keys.ts";
import { parseHead } from "../records/stream-head.ts";
import { parseTombstone } from "../records/tombstone.ts";
import type { SalvageNotes } from "./salvage-notes.ts";
import type { RescuedRow, SalvageScratch } from "./salvage-scratch.ts";

/** What is known of one stream. */
export interface SalvagedStream {
  readonly persistenceId: string;
  /** All up to here was deleted on purpose. */
  deletedTo: number;
  /** All up to here was purged, state and all. */
  purgedTo: number;
  /** The last event that any record speaks of. */
  known: number;
  /** The last event that is kept. */
  highest: number;
  /** How many frames are kept. */
  frames: number;
  /** How many events can be read, and are not kept because some before them cannot. */
  behindGap: number;
}

/** Takes memory for each stream, and none for each event. */
export class SalvagePlan {
  readonly streams: Map<string, SalvagedStream> = new Map<string, SalvagedStream>();
  readonly #location: string;
  readonly #scratch: SalvageScratch;
  readonly #missing: SalvageNotes;
  #nextOrdinal = 1;

  constructor(location: string, scratch: SalvageScratch, missing: SalvageNotes) {
    this.#location = location;
    this.#scratch = scratch;
    this.#missing = missing;
  }

  /**
   * Marks the frames that are kept.
   *
   * @param markedOrdinal so far the history went at least
   */
  async make(markedOrdinal: number): Promise<void> {
    await this.#each(allHeads, ([key, value]) => this.#head(unescapeId(key.slice(1)), jsonOf(value)));
    await this.#each(allCommits, ([key, value]) => this.#commit(numberOf(key), jsonOf(value)));
    this.#follow(markedOrdinal + 1);
    await this.#each(allTombstones, ([, value]) => this.#tombstone(jsonOf(value)));
    for (const stream of this.streams.values()) stream.highest = stream.deletedTo;
    await this.#each(allFrames, (row) => this.#frame(row));
    for (const stream of this.streams.values()) this.#tellMissing(stream);
  }

  /** A frame out of its record. */
  frame([key, value]: RescuedRow): Frame {
    return new Frame({ location: this.#location, persistenceId: idOf(key) }, key, value);
  }

  /** The snapshots that are of kept events. */
  async *snapshots(): AsyncGenerator<RescuedRow, void, undefined> {
    for await (const row of this.#scratch.newest(allSnapshots)) {
      const [key] = row;
      const stream = this.streams.get(idOf(key));
      if (!stream || numberOf(key) <= stream.highest) yield row;
      else this.#missing.add(`snapshot ${numberOf(key)} of ${JSON.stringify(idOf(key))}: its events are not all there`);
    }
  }

  async #each(range: typeof allFrames, take: (row: RescuedRow) => unknown): Promise<void> {
    for await (const row of this.#scratch.newest(range)) {
      try {
        await take(row);
      } catch (error) {
        if (!(error instanceof StorageCorruptedError || error instanceof SyntaxError)) throw error;
        this.#missing.add(`the record ${JSON.stringify(row[0])}: ${error.message}`);
      }
    }
  }

  #head(persistenceId: string, json: unknown): void {
    const head = parseHead(json);
    if (!head) return;
    const stream = this.#stream(persistenceId);
    stream.deletedTo = Math.max(stream.deletedTo, head.deletedTo);
    stream.purgedTo = Math.max(stream.purgedTo, head.purgedTo);
    stream.known = Math.max(stream.known, head.highest);
  }

  #commit(ordinal: number, json: unknown): void {
    this.#follow(ordinal);
    for (const { persistenceId, first, count } of parseCommit(json)?.frames ?? []) {
      const stream = this.#stream(persistenceId);
      stream.known = Math.max(stream.known, first + count - 1);
      this.#nextOrdinal += count;
    }
  }

  /** Commits leave out no offset. */
  #follow(ordinal: number): void {
    if (ordinal <= this.#nextOrdinal) return;
    this.#missing.add(`the commits of the offsets ${this.#nextOrdinal} to ${ordinal - 1}`);
    this.#nextOrdinal = ordinal;
  }

  #tombstone(json: unknown): void {
    const tombstone = parseTombstone(json);
    if (!tombstone) return;
    const stream = this.#stream(tombstone.persistenceId);
    stream.deletedTo = Math.max(stream.deletedTo, tombstone.deletedTo);
    if (tombstone.purge) stream.purgedTo = Math.max(stream.purgedTo, tombstone.deletedTo);
    stream.known = Math.max(stream.known, tombstone.deletedTo);
  }

  /** Frames come stream by stream, in the order of their numbers. */
  async #frame(row: RescuedRow): Promise<void> {
    const frame = this.frame(row);
    const stream = this.#stream(idOf(row[0]));
    stream.known = Math.max(stream.known, frame.last);
    // What was deleted; or the rest of a frame that was cut, when the whole one is there, too.
    if (frame.first <= stream.highest) return;
    if (frame.first > stream.highest + 1) {
      stream.behindGap += frame.last - frame.first + 1;
      return;
    }
    stream.highest = frame.last;
    stream.frames++;
    await this.#scratch.keep(frame.ordinal, row[0]);
  }

  #tellMissing({ persistenceId, known, highest, behindGap }: SalvagedStream): void {
    if (highest >= known) return;
    const behind = behindGap > 0 ? ` (${behindGap} of them can be read, behind a gap)` : "";
    this.#missing.add(`${framePlace(persistenceId, highest + 1)} to event ${known}${behind}`);
  }

  #stream(persistenceId: string): SalvagedStream {
    const known = this.streams.get(persistenceId);
    if (known) return known;
    const stream = { persistenceId, deletedTo: 0, purgedTo: 0, known: 0, highest: 0, frames: 0, behindGap: 0 };
    this.streams.set(persistenceId, stream);
    return stream;
  }
}

function jsonOf(value: Buffer): unknown {
  return JSON.parse(value.toString("utf8", checksumBytes));
}

/** The id in a key that ends with a number. */
function idOf(key: string): string {
  return unescapeId(key.slice(1, key.lastIndexOf("\0")));
}
