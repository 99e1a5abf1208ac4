/** A walk through the store that is kept open from one batch to the next, but not for a reader that does not come back. */
import type { Clock, Timer } from "../clock.ts";

/** A walk that nobody goes on with is closed after so long, and begun anew where it was when somebody does. */
const idleMs = 1_000;

/** What a walk needs. */
export interface WalkParts<R> {
  readonly clock: Clock;
  /** The offset of the last durable event. */
  readonly highestOffset: () => number;
  /** Begins it, or goes on with it, after `position`. */
  readonly begin: (position: number) => AsyncIterable<readonly R[]>;
}

/** After its end it begins anew where it is told to. */
export class StoredWalk<R> {
  readonly #parts: WalkParts<R>;
  #batches: AsyncIterator<readonly R[]> | undefined;
  #knownOffset = 0;
  #idle: Timer | undefined;

  constructor(parts: WalkParts<R>) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#batches !== undefined;
  }

  /** When the walk began, the history went at least so far. */
  get knownOffset(): number {
    return this.#knownOffset;
  }

  /**
   * The next batch; undefined at the end.
   *
   * @param position where the last one ended
   */
  async next(position: number): Promise<readonly R[] | undefined> {
    this.#idle?.cancel();
    if (!this.#batches) {
      this.#knownOffset = this.#parts.highestOffset();
      this.#batches = this.#parts.begin(position)[Symbol.asyncIterator]();
    }
    const walked = this.#batches;
    const { value, done } = await walked.next();
    if (walked !== this.#batches) return value ?? undefined;
    if (done) this.#batches = undefined;
    else this.#closeWhenIdle();
    return value ?? undefined;
  }

  /** Releases the store at once, or as soon as a step under way is over. */
  close(): void {
    this.#idle?.cancel();
    // Nobody is left to tell that a walk failed.
    this.#batches?.return?.().then(undefined, () => undefined);
    this.#batches = undefined;
  }

  #closeWhenIdle(): void {
    this.#idle = this.#parts.clock.setTimer(idleMs, () => this.close());
    this.#idle.keepAlive(false);
  }
}
