/** A live query as its reader holds it: stored items first, then new ones as they come, each pulled by the reader. */
import { asObservable, observableKey } from "./as-observable.ts";
import { type Channel, type ChannelReader, recentEventsMax } from "./channel.ts";
import type { Feed, Portion, Row } from "./feed.ts";
import type { LiveTail, PendingReader } from "./live-tail.ts";
import { itemsPerTurnMax, type TurnTaker } from "./turns.ts";

/** A call of `next` that has no answer yet. */
interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, void>) => void;
  readonly reject: (error: unknown) => void;
}

/** What a reader is made of. */
export interface LiveReaderParts<T> {
  readonly tail: LiveTail;
  readonly feed: Feed<T>;
  readonly signal: AbortSignal | undefined;
}

const done: IteratorResult<never, void> = { value: undefined, done: true };

/** Holds nothing before the first call of `next`, and nothing that grows between two. */
export class LiveReader<T>
  implements AsyncIterableIterator<T, void, undefined>, ChannelReader, PendingReader, TurnTaker
{
  readonly #parts: LiveReaderParts<T>;
  readonly #onAbort: () => void = () => this.#fail(this.#parts.signal?.reason);
  readonly #waiters: Waiter<T>[] = [];
  /** What was handed over; from the index on it is not taken yet. */
  #items: readonly T[] = [];
  #index = 0;
  /** What was read from the store; from the index on it is not handed over yet. */
  #portion: Portion | undefined;
  #portionIndex = 0;
  #position: number;
  #channel: Channel | undefined;
  /** Waits for an event, for its turn or for the store. */
  #busy = false;
  #ended = false;
  /** What the next call is rejected with. */
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: LiveReaderParts<T>) {
    this.#parts = parts;
    this.#position = parts.feed.fromOffset;
  }

  get position(): number {
    return this.#position;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#parts.signal?.aborted && !this.#ended) this.#onAbort();
    const item = this.#items[this.#index];
    if (item !== undefined) {
      this.#index++;
      return Promise.resolve({ value: item, done: false });
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#advance();
    });
  }

  return(): Promise<IteratorResult<T, void>> {
    this.#failure = undefined;
    this.end();
    return Promise.resolve(done);
  }

  end(): void {
    if (!this.#ended) this.#release();
    this.#settle();
  }

  wake(): void {
    this.#busy = false;
    this.#advance();
  }

  dropped(): void {
    this.#channel = undefined;
  }

  takeTurn(): number {
    this.#busy = false;
    if (this.#ended || this.#waiters.length === 0) return 0;
    const items: T[] = [];
    try {
      if (this.#portion) this.#takePortion(this.#portion, items);
      else this.#takeRecent(items);
    } catch (error) {
      // What comes before the row that cannot be read is handed over first; then it is met again.
      if (items.length === 0) this.#fail(error);
    }
    if (items.length > 0) this.#hand(items);
    else this.#advance();
    return items.length;
  }

  /** Does what brings the next item nearer. */
  #advance(): void {
    if (this.#ended) return this.#settle();
    if (this.#busy || this.#waiters.length === 0) return;
    const { tail, feed, signal } = this.#parts;
    if (tail.closed || (feed.complete && !this.#portion)) return this.end();
    tail.pends(this);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    try {
      this.#busy = true;
      if (this.#portion) tail.turns.request(this);
      else this.#followOrRead();
    } catch (error) {
      this.#fail(error);
    }
  }

  #followOrRead(): void {
    const { tail, feed } = this.#parts;
    if (!this.#channel && tail.highestOffset - this.#position <= recentEventsMax)
      this.#channel = tail.join(feed.topic, this);
    if (!this.#channel?.reaches(this.#position)) this.#read();
    else if (this.#channel.isPast(this.#position)) this.#channel.wait(this);
    else tail.turns.request(this);
  }

  #read(): void {
    this.#parts.feed.read(this.#position).then(
      (portion) => {
        if (portion.rows.length > 0) this.#portion = portion;
        else this.#position = portion.upTo;
        this.wake();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #takePortion({ rows, upTo }: Portion, items: T[]): void {
    const to = Math.min(this.#portionIndex + itemsPerTurnMax, rows.length);
    for (; this.#portionIndex < to; this.#portionIndex++) this.#collect(rows[this.#portionIndex], items);
    if (to < rows.length) return;
    this.#position = upTo;
    this.#portion = undefined;
    this.#portionIndex = 0;
  }

  #takeRecent(items: T[]): void {
    // Overtaken while it waited for its turn, it has to read the store.
    if (!this.#channel?.reaches(this.#position)) return;
    for (const event of this.#channel.after(this.#position, itemsPerTurnMax)) {
      this.#collect(event, items);
      this.#position = event.stored.offset;
    }
  }

  #collect(row: Row | undefined, items: T[]): void {
    if (row !== undefined) this.#parts.feed.collect(row, items);
  }

  #hand(items: readonly T[]): void {
    this.#items = items;
    this.#index = 0;
    for (const item of items) {
      const waiter = this.#waiters.shift();
      if (!waiter) break;
      this.#index++;
      waiter.resolve({ value: item, done: false });
    }
    if (this.#waiters.length > 0) this.#advance();
    else this.#pendsNoMore();
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure = { error };
    this.end();
  }

  #release(): void {
    this.#ended = true;
    this.#items = [];
    this.#portion = undefined;
    this.#pendsNoMore();
    if (this.#channel) this.#parts.tail.leave(this.#channel, this);
    this.#channel = undefined;
    this.#parts.feed.close();
  }

  #pendsNoMore(): void {
    this.#parts.tail.pendsNoMore(this);
    this.#parts.signal?.removeEventListener("abort", this.#onAbort);
  }

  /** Tells everybody who waits that it has ended; the first one, why. */
  #settle(): void {
    for (const { resolve, reject } of this.#waiters.splice(0)) {
      if (this.#failure) reject(this.#failure.error);
      else resolve(done);
      this.#failure = undefined;
    }
  }
}

Object.defineProperty(LiveReader.prototype, observableKey, {
  value(this: LiveReader<unknown>) {
    return asObservable(this);
  },
});
