/** A store that comes back by itself: a poisoned database is closed and opened anew, with all that was read from it. */
import type { Timer } from "../../clock.ts";
import { StorageCorruptedError, StorageFailedError, StorageFormatError } from "../../errors.ts";
import type { OpenStorage, StorageContext } from "../../storage/storage.ts";
import type { ViewStore } from "../../storage/view-store.ts";
import { storageError } from "../level-failure.ts";
import { reopenDelayMsMax, reopenDelayMsMin } from "../level-storage-options.ts";

/**
 * - `healthy`: it takes reads and writes.
 * - `poisoned`: a write has failed. LevelDB would go on and lose what it acknowledges then, so nothing is written to it any more.
 * - `reopening`: the database is being closed, opened and proved.
 * - `closed`: by whoever opened it.
 */
export type StoreState = "healthy" | "poisoned" | "reopening" | "closed";

/** An open database and everything that was read from it: good until its first failed write, then exchanged as a whole. */
export interface StoreSession extends OpenStorage {
  readonly views: ViewStore;
  /** See {@link OpenStorage.untouched}. */
  untouched(persistenceIds: readonly string[]): Promise<readonly boolean[]>;
  /** See {@link OpenStorage.forget}. */
  forget(persistenceId: string): void;
  /** Proves, with a write that changes nothing, that the disk takes writes. */
  tryWrite(): Promise<void>;
}

/** How a store is opened, the first time and any other. */
export interface SessionOpener {
  readonly location: string;
  readonly context: StorageContext;
  /** The same for every opening, so that every one proves as much. */
  readonly open: (context: StorageContext) => Promise<StoreSession>;
  /** Asked before every opening but the first. Rejects when there is nothing that may be opened. */
  readonly assertReopenable: () => Promise<void>;
  /** Lets go of the location. */
  readonly release: () => void;
}

/** Someone who waits for the end of an outage. */
interface Waiter {
  readonly resolve: (session: StoreSession) => void;
  readonly reject: (error: Error) => void;
}

/** One per open store; holds its present session. */
export class ReopeningStore {
  /** Called after each outage, as soon as the next session has its place. */
  onReopened: (() => void) | undefined;
  readonly #opener: SessionOpener;
  #state: StoreState = "healthy";
  #session: StoreSession;
  /** Why the store is poisoned; kept after it was closed then. */
  #failure: Error | undefined;
  /** Whether a failure that waiting does not mend was told in this outage. */
  #toldDamage = false;
  /** Of the last durable event that this process knows of. */
  #highestOffset = 0;
  #delayMs = reopenDelayMsMin;
  #timer: Timer | undefined;
  /** The attempt under way, or the last one. Never rejects. */
  #attempt: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;
  readonly #waiters: Waiter[] = [];

  private constructor(opener: SessionOpener, session: StoreSession) {
    this.#opener = opener;
    this.#session = session;
  }

  /** Opens the store for the first time. */
  static async open(opener: SessionOpener): Promise<ReopeningStore> {
    let store: ReopeningStore | undefined;
    const onFailure = (error: Error): void => store?.poison(error);
    store = new ReopeningStore(opener, await opener.open({ ...opener.context, onFailure }));
    return store;
  }

  get state(): StoreState {
    return this.#state;
  }

  /** The one to write to, and to ask for what is in memory; poisoned or closed, it refuses. */
  get session(): StoreSession {
    return this.#session;
  }

  /** The offset of the last event that is known to be durable. */
  get highestOffset(): number {
    return this.#state === "healthy" ? this.#session.journal.highestOffset() : this.#highestOffset;
  }

  /** Why `doing` cannot be done now, if so. */
  refusal(doing: string): Error | undefined {
    if (this.#state === "healthy") return undefined;
    return this.#state === "closed" ? this.#closedError(doing) : this.#failure;
  }

  /** Whether what went wrong in this session is nothing but its end: another one has its place, or will have it. */
  outlives(session: StoreSession): boolean {
    return this.#state !== "closed" && (this.#state !== "healthy" || session !== this.#session);
  }

  /** Resolves with the session once the store is healthy. Rejects when the store is closed. */
  whenHealthy(doing: string): Promise<StoreSession> {
    if (this.#state === "healthy") return Promise.resolve(this.#session);
    if (this.#state === "closed") return Promise.reject(this.#closedError(doing));
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Begins an outage: the present session has failed a write and takes no other. */
  poison(failure: Error): void {
    const { state } = this;
    if (state === "poisoned" || state === "reopening") return;
    this.#failure = failure;
    if (state === "healthy") {
      this.#state = "poisoned";
      const highestOffset = this.#session.journal.highestOffset();
      // A store that has written nothing since it was opened anew goes on with the longer delay: its disk is not well.
      if (highestOffset > this.#highestOffset) this.#delayMs = reopenDelayMsMin;
      this.#highestOffset = highestOffset;
      this.#reopenLater();
    }
    this.#opener.context.onFailure(failure);
  }

  /** Finishes what is pending; an outage is over then, too. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#state = "closed";
    this.#timer?.cancel();
    for (const { reject } of this.#waiters.splice(0)) reject(this.#closedError("waiting for the store to be reopened"));
    try {
      await this.#attempt;
      await this.#session.close();
    } finally {
      this.#opener.release();
    }
  }

  #reopenLater(): void {
    const delayMs = this.#delayMs;
    this.#delayMs = Math.min(delayMs * 2, reopenDelayMsMax);
    this.#timer = this.#opener.context.clock.setTimer(delayMs, () => {
      this.#attempt = this.#reopen();
    });
  }

  async #reopen(): Promise<void> {
    this.#state = "reopening";
    try {
      // Its errors are about a handle that nobody uses any more; what counts is whether the next one works.
      await this.#session.close().catch(() => undefined);
      const session = await this.#openProved();
      if (this.#hasClosed()) await session.close();
      else this.#goOnWith(session);
    } catch (cause) {
      if (!this.#hasClosed()) this.#failedAgain(storageError(this.#opener.location, "reopening", cause));
    }
  }

  async #openProved(): Promise<StoreSession> {
    const { location, context, open, assertReopenable } = this.#opener;
    await assertReopenable();
    const session = await open({ ...context, onFailure: (error) => this.poison(error) });
    try {
      const highestOffset = session.journal.highestOffset();
      if (highestOffset < this.#highestOffset) {
        const problem = `it ends at offset ${highestOffset}, though ${this.#highestOffset} was acknowledged`;
        throw new StorageCorruptedError(location, "the end of the history", problem);
      }
      await session.tryWrite();
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  #goOnWith(session: StoreSession): void {
    this.#session = session;
    this.#highestOffset = session.journal.highestOffset();
    this.#failure = undefined;
    this.#toldDamage = false;
    this.#state = "healthy";
    this.onReopened?.();
    this.#opener.context.onRecovered?.();
    for (const { resolve } of this.#waiters.splice(0)) resolve(session);
  }

  #failedAgain(error: Error): void {
    this.#failure = error;
    this.#state = "poisoned";
    this.#reopenLater();
    const damaged = error instanceof StorageCorruptedError || error instanceof StorageFormatError;
    if (!damaged || this.#toldDamage) return;
    this.#toldDamage = true;
    this.#opener.context.onFailure(error);
  }

  #hasClosed(): boolean {
    return this.#state === "closed";
  }

  #closedError(doing: string): Error {
    return new StorageFailedError(this.#opener.location, doing, new Error("the store is closed"));
  }
}
