/** A walk through the store that is kept open from one batch to the next. */
import type { StoredEvent } from "../storage/stored-event.ts";

/** How a walk begins. */
export type BeginWalk = (position: number) => AsyncIterable<readonly StoredEvent[]>;

/** What one step of a walk brings. */
export interface WalkStep {
  readonly events: readonly StoredEvent[];
  /** Up to this offset the walk has seen everything. */
  readonly upTo: number;
  readonly ended: boolean;
}

/** After its end it begins anew where it is told to. */
export class StoredWalk {
  readonly #begin: BeginWalk;
  readonly #highestOffset: () => number;
  #batches: AsyncIterator<readonly StoredEvent[]> | undefined;
  /** When the walk began, the history went at least so far. */
  #knownOffset = 0;

  constructor(begin: BeginWalk, highestOffset: () => number) {
    this.#begin = begin;
    this.#highestOffset = highestOffset;
  }

  get isOpen(): boolean {
    return this.#batches !== undefined;
  }

  /** @param position where the last step ended */
  async next(position: number): Promise<WalkStep> {
    if (!this.#batches) {
      this.#knownOffset = this.#highestOffset();
      this.#batches = this.#begin(position)[Symbol.asyncIterator]();
    }
    const { value, done } = await this.#batches.next();
    if (!done) return { events: value, upTo: value.at(-1)?.offset ?? position, ended: false };
    this.#batches = undefined;
    return { events: [], upTo: Math.max(position, this.#knownOffset), ended: true };
  }

  /** Releases the store at once, or as soon as a step under way is over. */
  close(): void {
    // Nobody is left to tell that a walk failed.
    this.#batches?.return?.().then(undefined, () => undefined);
    this.#batches = undefined;
  }
}
