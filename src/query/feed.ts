/** What a live query is about, and how it reads what the store has. */
import type { Topic } from "./channel.ts";
import type { SharedEvent } from "./shared-event.ts";

/** What is read from the store: events, or, in the list of all ids, ids. */
export type Row = SharedEvent | string;

/** A part of what the store has, in order. */
export interface Portion {
  readonly rows: readonly Row[];
  /** With these rows the reader has everything up to this offset. */
  readonly upTo: number;
}

/** One per live query. */
export interface Feed<T> {
  readonly topic: Topic;
  /** The offset after which it begins; below 0 when it has to read the store in any case. */
  readonly fromOffset: number;
  /** Whether nothing can come any more. */
  readonly complete: boolean;
  /** Some of what the store has after `position`; at the least it finds out how far there is nothing. */
  read(position: number): Promise<Portion>;
  /** Adds what a row, or an event of the topic, brings to the query. */
  collect(row: Row, items: T[]): void;
  /** Lets go of what it holds. */
  close(): void;
}
