/** The stored history in chunks of offsets: live readers that are near each other read the same ones, and each is read once. */
import type { Clock, Timer } from "../clock.ts";
import type { EventDecoder } from "../persistence/event-envelope.ts";
import type { Journal } from "../storage/journal.ts";
import type { StoredEvent } from "../storage/stored-event.ts";
import type { Portion } from "./feed.ts";
import { SharedEvent } from "./shared-event.ts";
import { StoredWalk } from "./stored-walk.ts";

/** How many offsets a chunk covers. */
const chunkLength = 1_024;

/** How many chunks are kept for other readers. */
const chunksMax = 16;

/** Chunks are forgotten when nobody has wanted one for so long. */
const unwantedMs = 1_000;

/** A chunk as far as it is stored. */
interface Chunk {
  readonly rows: readonly SharedEvent[];
  readonly upTo: number;
}

/** A walk, and where it stands. */
interface OpenWalk {
  readonly walk: StoredWalk<StoredEvent>;
  /** Everything up to this offset belongs to chunks before. */
  position: number;
  /** What it has read of the chunks after. */
  ahead: readonly StoredEvent[];
}

/** One per system. */
export class HistoryChunks {
  readonly #journal: Journal;
  readonly #decoder: EventDecoder;
  readonly #clock: Clock;
  /** By the offset after which they begin. */
  readonly #chunks = new Map<number, Promise<Chunk>>();
  /** The one that goes on when the next chunk is wanted. */
  #idle: OpenWalk | undefined;
  #closed = false;
  #unwanted: Timer | undefined;

  constructor(journal: Journal, decoder: EventDecoder, clock: Clock) {
    this.#clock = clock;
    this.#journal = journal;
    this.#decoder = decoder;
  }

  /** Some of what comes after `position`. */
  async read(position: number): Promise<Portion> {
    const start = position - (position % chunkLength);
    // What is not full yet is read from where it is wanted, and not kept.
    const isFull = this.#journal.highestOffset() >= start + chunkLength;
    const { rows, upTo } = await this.#chunk(isFull ? start : position, start + chunkLength);
    this.#forgetWhenUnwanted();
    const first = rows.findIndex(({ stored }) => stored.offset > position);
    return { rows: first < 0 ? [] : rows.slice(first), upTo: Math.max(upTo, position) };
  }

  /** Lets go of the store, for ever. */
  close(): void {
    this.#closed = true;
    this.#forget();
  }

  #forgetWhenUnwanted(): void {
    this.#unwanted?.cancel();
    this.#unwanted = this.#clock.setTimer(unwantedMs, () => this.#forget());
    this.#unwanted.keepAlive(false);
  }

  #forget(): void {
    this.#unwanted?.cancel();
    this.#chunks.clear();
    this.#idle?.walk.close();
    this.#idle = undefined;
  }

  /** @param from exclusive */
  #chunk(from: number, to: number): Promise<Chunk> {
    const known = this.#chunks.get(from);
    if (known) return known;
    const loading = this.#load(from, to);
    this.#chunks.set(from, loading);
    const forget = (): void => {
      if (this.#chunks.get(from) === loading) this.#chunks.delete(from);
    };
    loading.then(({ upTo }) => {
      if (upTo < to) forget();
    }, forget);
    for (const oldest of this.#chunks.keys()) {
      if (this.#chunks.size <= chunksMax) break;
      this.#chunks.delete(oldest);
    }
    return loading;
  }

  async #load(from: number, to: number): Promise<Chunk> {
    const open = this.#walkFrom(from);
    const rows: SharedEvent[] = [];
    let { ahead } = open;
    for (;;) {
      const cut = ahead.findIndex(({ offset }) => offset > to);
      for (const stored of cut < 0 ? ahead : ahead.slice(0, cut)) rows.push(new SharedEvent(stored, this.#decoder));
      if (cut >= 0 || rows.at(-1)?.stored.offset === to) {
        this.#goOnLater({ walk: open.walk, position: to, ahead: cut < 0 ? [] : ahead.slice(cut) });
        return { rows, upTo: to };
      }
      const position = rows.at(-1)?.stored.offset ?? from;
      const events = await open.walk.next(position);
      if (!events) return { rows, upTo: Math.max(position, open.walk.knownOffset) };
      ahead = events;
    }
  }

  #walkFrom(position: number): OpenWalk {
    const idle = this.#idle;
    if (idle?.position === position) {
      this.#idle = undefined;
      return idle;
    }
    const walk = new StoredWalk({
      clock: this.#clock,
      highestOffset: () => this.#journal.highestOffset(),
      begin: (from) => this.#journal.readAll(from),
    });
    return { walk, position, ahead: [] };
  }

  #goOnLater(open: OpenWalk): void {
    this.#idle?.walk.close();
    this.#idle = open;
    if (this.#closed) this.#forget();
  }
}
