/** The journal of a store that comes back by itself: one object, whichever session is beneath it. */
import { Followers } from "../../storage/followers.ts";
import type { AppendRequest, Backlog, CommitListener, Journal, SequenceRange } from "../../storage/journal.ts";
import type { StoredEvent } from "../../storage/stored-event.ts";
import { readLasting, walkLasting } from "./lasting-reads.ts";
import type { ReopeningStore } from "./reopening-store.ts";

/** In an outage writes fail at once, and reads wait for its end: who wants to wait for less says so, as recovery does. */
export class ReopeningJournal implements Journal {
  readonly backlog: Backlog;
  readonly #store: ReopeningStore;
  readonly #followers = new Followers();
  /** Ends the following of the present session, which begins with the first follower. */
  #unfollow: (() => void) | undefined;

  constructor(store: ReopeningStore) {
    this.#store = store;
    store.onReopened = () => this.#tellOfReopening();
    this.backlog = {
      get full() {
        return store.session.journal.backlog.full;
      },
      drained: () => store.session.journal.backlog.drained(),
    };
  }

  append(request: AppendRequest): Promise<number> {
    const refusal = this.#store.refusal("appending");
    return refusal ? Promise.reject(refusal) : this.#store.session.journal.append(request);
  }

  read(persistenceId: string, range: SequenceRange = {}): AsyncIterable<readonly StoredEvent[]> {
    return walkLasting<StoredEvent>(this.#store, "reading events", ({ journal }, progress) =>
      journal.read(persistenceId, progress ? rangeAfter(range, progress.last, progress.given) : range),
    );
  }

  highestSequenceNr(persistenceId: string): Promise<number> {
    return readLasting(this.#store, "reading a sequence number", ({ journal }) =>
      journal.highestSequenceNr(persistenceId),
    );
  }

  purgedTo(persistenceId: string): Promise<number> {
    return readLasting(this.#store, "reading how far a stream was purged", ({ journal }) =>
      journal.purgedTo(persistenceId),
    );
  }

  deleteTo(persistenceId: string, toSequenceNr: number): Promise<void> {
    const refusal = this.#store.refusal("deleting events");
    return refusal ? Promise.reject(refusal) : this.#store.session.journal.deleteTo(persistenceId, toSequenceNr);
  }

  persistenceIds(): AsyncIterable<readonly string[]> {
    return walkLasting<string>(this.#store, "reading persistence ids", ({ journal }, progress) =>
      progress ? idsAfter(progress.last, journal.persistenceIds()) : journal.persistenceIds(),
    );
  }

  readAll(fromOffset = 0): AsyncIterable<readonly StoredEvent[]> {
    return walkLasting<StoredEvent>(this.#store, "reading the history", ({ journal }, progress) =>
      journal.readAll(progress?.last.offset ?? fromOffset),
    );
  }

  readTag(tag: string, fromOffset = 0): AsyncIterable<readonly StoredEvent[]> {
    return walkLasting<StoredEvent>(this.#store, "reading the events with a tag", ({ journal }, progress) =>
      journal.readTag(tag, progress?.last.offset ?? fromOffset),
    );
  }

  highestOffset(): number {
    const refusal = this.#store.refusal("reading the highest offset");
    if (refusal && this.#store.state === "closed") throw refusal;
    return this.#store.highestOffset;
  }

  follow(listener: CommitListener): () => void {
    const refusal = this.#store.refusal("following the commits");
    if (refusal && this.#store.state === "closed") throw refusal;
    const leave = this.#followers.add(listener);
    if (!refusal) this.#followSession();
    return () => {
      leave();
      if (this.#followers.any) return;
      this.#unfollow?.();
      this.#unfollow = undefined;
    };
  }

  #followSession(): void {
    if (!this.#followers.any) return;
    this.#unfollow ??= this.#store.session.journal.follow(({ highestOffset, size, events }) =>
      this.#followers.tell(highestOffset, size, () => events),
    );
  }

  /** A write that failed may be stored all the same: what came with the outage is only known by where the history ends now. */
  #tellOfReopening(): void {
    this.#unfollow = undefined;
    this.#followers.tell(this.#store.highestOffset, 0, () => undefined);
    this.#followSession();
  }
}

function rangeAfter({ toSequenceNr, max }: SequenceRange, { sequenceNr }: StoredEvent, given: number): SequenceRange {
  return { fromSequenceNr: sequenceNr + 1, toSequenceNr, max: max === undefined ? undefined : max - given };
}

/** Ids come in the order of their UTF-8 bytes, and new ones may have come among those that were given. */
async function* idsAfter(
  last: string,
  batches: AsyncIterable<readonly string[]>,
): AsyncGenerator<string[], void, undefined> {
  const lastBytes = Buffer.from(last);
  for await (const batch of batches) yield batch.filter((id) => Buffer.compare(Buffer.from(id), lastBytes) > 0);
}
