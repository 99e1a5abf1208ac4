/** Decides what of a damaged store can be kept: of every stream the longest prefix without a gap, and what is missing behind it. */
import { StorageCorruptedError } from "../errors.ts";
import { parseCommit } from "./commit-record.ts";
import { Frame, framePlace } from "./frame.ts";
import { checksumBytes } from "./record.ts";
import { numberOf, unescapeId } from "./record-keys.ts";
import { parseHead } from "./stream-head.ts";
import { parseTombstone } from "./tombstone.ts";

/** A frame that is kept. */
export interface KeptFrame {
  readonly frame: Frame;
  readonly value: Buffer;
}

/** What is known of one stream. */
export interface SalvagedStream {
  readonly persistenceId: string;
  /** All up to here was deleted on purpose. */
  deletedTo: number;
  /** All up to here was purged, state and all. */
  purgedTo: number;
  /** The last event that any record speaks of. */
  known: number;
  readonly frames: KeptFrame[];
  /** The last event that is kept. */
  highest: number;
}

/** What can be kept. */
export interface SalvagePlan {
  readonly streams: readonly SalvagedStream[];
  readonly snapshots: readonly (readonly [key: string, value: Buffer])[];
  /** What is missing, in words. */
  readonly missing: readonly string[];
}

export function planSalvage(location: string, records: ReadonlyMap<string, Buffer>): SalvagePlan {
  const planning = new Planning(location);
  for (const [key, value] of records) planning.takeIn(key, value);
  return planning.plan();
}

class Planning {
  readonly #location: string;
  readonly #streams = new Map<string, SalvagedStream>();
  readonly #snapshots: (readonly [string, Buffer])[] = [];
  readonly #missing: string[] = [];

  constructor(location: string) {
    this.#location = location;
  }

  takeIn(key: string, value: Buffer): void {
    try {
      this.#record(key, value);
    } catch (error) {
      if (!(error instanceof StorageCorruptedError || error instanceof SyntaxError)) throw error;
      this.#missing.push(`the record ${JSON.stringify(key)}: ${error.message}`);
    }
  }

  plan(): SalvagePlan {
    const streams = [...this.#streams.values()];
    for (const stream of streams) this.#keepPrefix(stream);
    const snapshots = this.#snapshots.filter(([key]) => {
      const stream = this.#streams.get(idOf(key));
      if (!stream || numberOf(key) <= stream.highest) return true;
      this.#missing.push(`snapshot ${numberOf(key)} of ${JSON.stringify(idOf(key))}: its events are not all there`);
      return false;
    });
    return { streams, snapshots, missing: this.#missing };
  }

  #record(key: string, value: Buffer): void {
    const json = (): unknown => JSON.parse(value.toString("utf8", checksumBytes));
    switch (key[0]) {
      case "h":
        this.#head(unescapeId(key.slice(1)), json());
        break;
      case "c":
        this.#commit(json());
        break;
      case "d":
        this.#tombstone(json());
        break;
      case "e":
        this.#frame(key, value);
        break;
      case "s":
        this.#snapshots.push([key, value]);
        break;
      default:
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

  #commit(json: unknown): void {
    for (const { persistenceId, first, count } of parseCommit(json)?.frames ?? []) {
      const stream = this.#stream(persistenceId);
      stream.known = Math.max(stream.known, first + count - 1);
    }
  }

  #tombstone(json: unknown): void {
    const tombstone = parseTombstone(json);
    if (!tombstone) return;
    const stream = this.#stream(tombstone.persistenceId);
    stream.deletedTo = Math.max(stream.deletedTo, tombstone.deletedTo);
    if (tombstone.purge) stream.purgedTo = Math.max(stream.purgedTo, tombstone.deletedTo);
    stream.known = Math.max(stream.known, tombstone.deletedTo);
  }

  #frame(key: string, value: Buffer): void {
    const persistenceId = idOf(key);
    const frame = new Frame({ location: this.#location, persistenceId }, key, value);
    const stream = this.#stream(persistenceId);
    stream.frames.push({ frame, value });
    stream.known = Math.max(stream.known, frame.last);
  }

  #keepPrefix(stream: SalvagedStream): void {
    const { persistenceId, known } = stream;
    let next = stream.deletedTo + 1;
    let kept = 0;
    stream.frames.sort((one, other) => one.frame.first - other.frame.first);
    const live = stream.frames.filter(({ frame }) => frame.first >= next);
    for (const { frame } of live) {
      if (frame.first !== next) break;
      next = frame.last + 1;
      kept++;
    }
    stream.frames.splice(0, stream.frames.length, ...live.slice(0, kept));
    stream.highest = next - 1;
    if (next > known) return;
    const readable = live.slice(kept).reduce((sum, { frame }) => sum + frame.last - frame.first + 1, 0);
    const behind = readable > 0 ? ` (${readable} of them can be read, behind a gap)` : "";
    this.#missing.push(`${framePlace(persistenceId, next)} to event ${known}${behind}`);
  }

  #stream(persistenceId: string): SalvagedStream {
    const known = this.#streams.get(persistenceId);
    if (known) return known;
    const stream = { persistenceId, deletedTo: 0, purgedTo: 0, known: 0, frames: [], highest: 0 };
    this.#streams.set(persistenceId, stream);
    return stream;
  }
}

/** The id in a key that ends with a number. */
function idOf(key: string): string {
  return unescapeId(key.slice(1, key.lastIndexOf("\0")));
}
