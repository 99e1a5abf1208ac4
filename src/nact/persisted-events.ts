/** The events of one key as nact asks for them: to be awaited as an array, or reduced without ever being one. */
import type { EventStream, PersistedEvent } from "nact";

/** What nact's declaration says an awaited stream is: `Event[]`, where it means `PersistedEvent[]`. */
type DeclaredByNact = Awaited<EventStream>;

type Callback<Value, Result> = ((value: Value) => Result | PromiseLike<Result>) | null;

/** Nothing is read before it is awaited, reduced or iterated; each time it is read again. */
export class PersistedEvents implements AsyncIterable<PersistedEvent> {
  readonly #read: () => AsyncIterable<PersistedEvent>;

  constructor(read: () => AsyncIterable<PersistedEvent>) {
    this.#read = read;
  }

  // biome-ignore-start lint/suspicious/noThenProperty: nact's interface makes the stream a PromiseLike.
  /** For nact's declaration only; nobody can call it. */
  then<A, B = never>(
    this: never,
    onRead?: Callback<DeclaredByNact, A>,
    onFailed?: Callback<unknown, B>,
  ): Promise<A | B>;
  /** All events in one array: for short streams. */
  then<A = PersistedEvent[], B = never>(
    onRead?: Callback<PersistedEvent[], A>,
    onFailed?: Callback<unknown, B>,
  ): Promise<A | B>;
  then<A, B>(
    this: PersistedEvents,
    onRead?: Callback<PersistedEvent[] & DeclaredByNact, A>,
    onFailed?: Callback<unknown, B>,
  ): Promise<unknown> {
    return this.#toArray().then(onRead as Callback<PersistedEvent[], A>, onFailed);
  }
  // biome-ignore-end lint/suspicious/noThenProperty: as above.

  /**
   * Like the `reduce` of an array, over a stream of any length. When the accumulator is a promise, the next event is
   * taken only after it is fulfilled: so it is with the reducers of nact, and memory holds one batch at a time.
   */
  async reduce<U>(reducer: (previous: U, event: PersistedEvent, index: number) => U, initial: U): Promise<U> {
    if (typeof reducer !== "function") throw new TypeError("reduce takes a function");
    let accumulated = initial;
    let index = 0;
    await accumulated;
    for await (const event of this) {
      accumulated = reducer(accumulated, event, index++);
      await accumulated;
    }
    return accumulated;
  }

  [Symbol.asyncIterator](): AsyncIterator<PersistedEvent> {
    return this.#read()[Symbol.asyncIterator]();
  }

  async #toArray(): Promise<PersistedEvent[]> {
    const events: PersistedEvent[] = [];
    for await (const event of this) events.push(event);
    return events;
  }
}
