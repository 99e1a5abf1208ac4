/** Events that wait for their slice, in order, and how far they go. */
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import { queuedEventsMax, transactionEventsMax } from "./projection-limits.ts";
import { beginsUnit } from "./projection-step.ts";
import type { SourceBatch } from "./read-source.ts";

/** Filled by one, emptied by another. */
export class EventQueue {
  #events: readonly EventEnvelope[] = [];
  #offset: number;
  #inHand = false;
  #placeWanted = false;
  #end: "none" | "when empty" | "now" = "none";
  readonly #takers: (() => void)[] = [];
  readonly #putters: (() => void)[] = [];

  constructor(offset: number) {
    this.#offset = offset;
  }

  /** Nothing waits, and nothing was taken that is not done. */
  get isIdle(): boolean {
    return this.#events.length === 0 && !this.#inHand;
  }

  /** Up to here the history was looked at. */
  get offset(): number {
    return this.#offset;
  }

  /** Resolves when there is room for more. */
  async put(events: readonly EventEnvelope[], offset: number): Promise<void> {
    this.#events = this.#events.length === 0 ? events : [...this.#events, ...events];
    this.#offset = offset;
    wake(this.#takers);
    while (this.#events.length >= queuedEventsMax && this.#end !== "now") {
      await new Promise<void>((resolve) => this.#putters.push(resolve));
    }
  }

  /** The place has moved without events. */
  pass(offset: number): void {
    this.#offset = offset;
  }

  /** Has the place stored though there are no events. */
  wantPlace(): void {
    this.#placeWanted = true;
    wake(this.#takers);
  }

  /** As much as one transaction takes, to be followed by {@link done}; undefined at the end. */
  async take(): Promise<SourceBatch | undefined> {
    while (this.#events.length === 0 && !this.#placeWanted && this.#end === "none") {
      await new Promise<void>((resolve) => this.#takers.push(resolve));
    }
    if (this.#end === "now" || (this.#events.length === 0 && !this.#placeWanted)) return undefined;
    this.#placeWanted = false;
    this.#inHand = true;
    const events = this.#first();
    wake(this.#putters);
    return { events, offset: this.#events.length > 0 ? (events.at(-1)?.offset ?? 0) : this.#offset };
  }

  done(): void {
    this.#inHand = false;
  }

  /** What waits is still taken. */
  finish(): void {
    if (this.#end === "none") this.#end = "when empty";
    wake(this.#takers);
  }

  /** What waits is forgotten. */
  close(): void {
    this.#end = "now";
    wake(this.#takers);
    wake(this.#putters);
  }

  #first(): readonly EventEnvelope[] {
    let end = Math.min(transactionEventsMax, this.#events.length);
    while (end < this.#events.length && !beginsUnit(this.#events, end)) end++;
    const first = end < this.#events.length ? this.#events.slice(0, end) : this.#events;
    this.#events = end < this.#events.length ? this.#events.slice(end) : [];
    return first;
  }
}

function wake(waiting: (() => void)[]): void {
  for (const resume of waiting.splice(0)) resume();
}
