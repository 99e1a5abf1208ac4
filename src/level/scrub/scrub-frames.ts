/** The part of a scrub that walks all frames, stream by stream, and compares them with what the chain says of them. */
import { StorageCorruptedError } from "../../errors.ts";
import { mayHaveTags } from "../commit/untag-events.ts";
import { frameDigest } from "../records/chain.ts";
import { Frame, framePlace } from "../records/frame.ts";
import { FrameFingerprint } from "../records/frame-fingerprint.ts";
import { checksumBytes, storedChecksum } from "../records/record.ts";
import { allFrames, numberLength, numberOf, numberTextOf, unescapeId } from "../records/record-keys.ts";
import type { ScrubFindings } from "./scrub-findings.ts";
import { type Row, type ScrubSource, scrubRows } from "./scrub-rows.ts";
import type { ScrubbedStream } from "./scrubbed-stream.ts";
import type { TagTally } from "./tag-tally.ts";

const zero = 48;
const nine = 57;

/** Reads every frame once. */
export class FrameScrub {
  readonly #findings: ScrubFindings;
  readonly #streams: ReadonlyMap<string, ScrubbedStream>;
  readonly #tags: TagTally;
  readonly #location: string;
  /** The streams whose frames are not those that their commits name. */
  readonly unlike: Set<string> = new Set<string>();
  /** What the keys of the present stream begin with, up to the number. */
  #keyBeginning = "";
  #stream: ScrubbedStream | undefined;
  #seen = new FrameFingerprint();
  #cutSeen = false;
  readonly #walked = new Set<string>();

  constructor(findings: ScrubFindings, streams: ReadonlyMap<string, ScrubbedStream>, tags: TagTally, location: string) {
    this.#findings = findings;
    this.#streams = streams;
    this.#tags = tags;
    this.#location = location;
  }

  async walk(source: ScrubSource, progress: (frames: number) => void): Promise<void> {
    let frames = 0;
    for await (const rows of scrubRows(source, allFrames)) {
      for (const row of rows) this.#frame(row);
      frames += rows.length;
      progress(frames);
    }
    this.#endStream();
    const nothing = new FrameFingerprint().value;
    for (const [id, stream] of this.#streams) {
      if (this.#walked.has(id)) continue;
      if (stream.cut || stream.expected.value !== nothing) this.unlike.add(id);
    }
  }

  #frame([key, value]: Row): void {
    const beginning = this.#keyBeginning;
    const isNext = beginning.length + numberLength === key.length && key.startsWith(beginning);
    if (!isNext || beginning === "") this.#beginStream(key);
    const stream = this.#stream;
    if (!stream) {
      this.#findings.add(framePlace(idOf(key), numberOf(key)), "no commit names it");
      return;
    }
    const { deletedTo } = stream.head;
    const first = deletedTo > 0 ? numberOf(key) : 1;
    // What a deletion has left behind because it was interrupted; the next one takes it away.
    if (first <= deletedTo) return;
    const text = value.subarray(checksumBytes);
    const checksum = storedChecksum(value);
    // The checksum need not be computed: the commit names both it and the digest of the text.
    const ordinal = ordinalOf(value);
    const digest = frameDigest(text);
    if (stream.cut && first === deletedTo + 1) {
      this.#cutSeen = true;
      const { rest, ordinal: expected } = stream.cut;
      if (rest?.digest !== digest || rest.checksum !== checksum || expected !== ordinal)
        this.#findings.add(framePlace(stream.persistenceId, first), "it is not what its tombstone says");
    } else this.#seen.add(numberTextOf(key), ordinal, checksum, digest);
    if (!mayHaveTags(value)) return;
    try {
      this.#countTags(stream, [key, value]);
    } catch (error) {
      if (!(error instanceof StorageCorruptedError)) throw error;
      this.#findings.add(error.where, error.problem);
    }
  }

  #countTags({ persistenceId, head }: ScrubbedStream, [key, value]: Row): void {
    const frame = new Frame({ location: this.#location, persistenceId }, key, value);
    for (const { tags, offset, sequenceNr } of frame.events(head.deletedTo + 1, frame.last)) {
      for (const tag of new Set(tags)) this.#tags.expect(tag, [offset, persistenceId, sequenceNr]);
    }
  }

  #beginStream(key: string): void {
    this.#endStream();
    const id = idOf(key);
    this.#keyBeginning = key.slice(0, -numberLength);
    this.#stream = this.#streams.get(id);
    this.#seen = new FrameFingerprint();
    this.#cutSeen = false;
    this.#walked.add(id);
  }

  #endStream(): void {
    const stream = this.#stream;
    if (!stream) return;
    const cutIsGone = stream.cut !== undefined && !this.#cutSeen;
    if (cutIsGone || stream.expected.value !== this.#seen.value) this.unlike.add(stream.persistenceId);
  }
}

/** A frame begins with `[`, its ordinal, and a comma. */
function ordinalOf(value: Buffer): number {
  let ordinal = 0;
  for (let at = checksumBytes + 1; at < value.length; at++) {
    const digit = value[at] ?? 0;
    if (digit < zero || digit > nine) break;
    ordinal = ordinal * 10 + digit - zero;
  }
  return ordinal;
}

function idOf(key: string): string {
  return unescapeId(key.slice(1, -1 - numberLength));
}
