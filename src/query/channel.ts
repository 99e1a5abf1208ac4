/** The newest events of one topic: one window that all live readers of the topic look through, each from its own position. */
import type { SharedEvent } from "./shared-event.ts";

/** How many events a channel remembers for a reader that is behind. One that is further behind reads from the store. */
export const recentEventsMax = 16_384;

/** How many characters of event text a channel remembers, about. */
const recentSizeMax = 16 * 1_024 * 1_024;

/** So many events are not worth the search for those that everybody has. */
const searchLengthMin = 256;

/** What a channel is about; the name of the topic of all events is empty. */
export interface Topic {
  readonly kind: "all" | "entityType" | "persistenceId" | "tag";
  readonly name: string;
}

/** A reader as its channel knows it. */
export interface ChannelReader {
  /** It was given every event of the topic up to this offset. */
  readonly position: number;
  /** Called when an event has come that it waited for, or when the channel has lost its place. */
  wake(): void;
  /** The channel has forgotten the reader, which was too slow: it may come back. */
  dropped(): void;
}

/** Exists as long as it has readers. */
export class Channel {
  readonly topic: Topic;
  readonly #readers = new Set<ChannelReader>();
  #events: SharedEvent[] = [];
  /** Every event of the topic after this offset is in the window. */
  #reach: number;
  #size = 0;
  /** With so many events it is time to look for those that everybody has. */
  #searchLength = searchLengthMin;
  /** Those that have seen everything. */
  #waiting = new Set<ChannelReader>();

  constructor(topic: Topic, reach: number) {
    this.topic = topic;
    this.#reach = reach;
  }

  get isUnread(): boolean {
    return this.#readers.size === 0;
  }

  add(reader: ChannelReader): void {
    this.#readers.add(reader);
  }

  remove(reader: ChannelReader): void {
    this.#readers.delete(reader);
    this.#waiting.delete(reader);
  }

  /** Whether a reader at this position can go on here, without the store. */
  reaches(position: number): boolean {
    return position >= this.#reach;
  }

  /** Whether nothing has come after `position`. */
  isPast(position: number): boolean {
    return (this.#events.at(-1)?.stored.offset ?? 0) <= position;
  }

  /** Up to `max` of the events after `position`, which the channel {@link reaches}. */
  after(position: number, max: number): readonly SharedEvent[] {
    const from = this.#indexAfter(position);
    return this.#events.slice(from, from + max);
  }

  /** Wakes the reader, once, when the next event has come. */
  wait(reader: ChannelReader): void {
    this.#waiting.add(reader);
  }

  /** Takes one more event, which follows all others. */
  push(event: SharedEvent): void {
    if (this.#events.length >= this.#searchLength) this.#forgetWhatAllHave();
    if (this.#events.length >= recentEventsMax || this.#size + event.size > recentSizeMax) this.#forgetHalf();
    this.#events.push(event);
    this.#size += event.size;
  }

  /** Wakes those who wait. */
  wakeAll(): void {
    const woken = this.#waiting;
    if (woken.size === 0) return;
    this.#waiting = new Set();
    for (const reader of woken) reader.wake();
  }

  /** Something may have come that the channel was not told, up to `offset`. */
  reset(offset: number): void {
    this.#events = [];
    this.#size = 0;
    this.#reach = offset;
    this.wakeAll();
  }

  #forgetWhatAllHave(): void {
    let position = Number.POSITIVE_INFINITY;
    for (const reader of this.#readers) position = Math.min(position, reader.position);
    this.#forget(this.#indexAfter(position));
    this.#searchLength = Math.max(2 * this.#events.length, searchLengthMin);
  }

  #forgetHalf(): void {
    this.#forget(Math.ceil(this.#events.length / 2));
    for (const reader of this.#readers) {
      if (this.reaches(reader.position)) continue;
      this.#readers.delete(reader);
      reader.dropped();
    }
  }

  #forget(count: number): void {
    const forgotten = this.#events.splice(0, count);
    this.#reach = forgotten.at(-1)?.stored.offset ?? this.#reach;
    for (const { size } of forgotten) this.#size -= size;
  }

  #indexAfter(position: number): number {
    let from = 0;
    let to = this.#events.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#events[middle]?.stored.offset ?? 0) <= position) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
