/**
 * Phase 1 of an entity: the newest good snapshot, then the later events, pulled in batches.
 * Next phase: {@link ./running.ts}.
 */
import { RecoveryFailedError, StorageCorruptedError } from "../errors.ts";
import type { SnapshotCriteria, StoredSnapshot } from "../storage/snapshot-store.ts";
import { assertState } from "./assert-state.ts";
import type { EntityHost } from "./entity-host.ts";
import { decodeEvent } from "./event-codec.ts";
import type { EventSourcedOptions } from "./event-sourced.ts";

/** What recovery found. */
export interface Recovered<S> {
  readonly state: S;
  /** Of the last event in `state`. */
  readonly sequenceNr: number;
  /** The highest in the journal; new events follow the higher of the two. */
  readonly highestSequenceNr: number;
  /** Of the last event replayed, else of the snapshot, in milliseconds since the epoch; 0 without either. */
  readonly timestamp: number;
  /** 0 without a snapshot. */
  readonly snapshotSequenceNr: number;
  readonly replayedEvents: number;
}

/**
 * Rebuilds the state of `persistenceId`.
 *
 * @param alive asked between batches; recovery ends early, with a rejection, when it says no
 * @throws RecoveryFailedError whatever the cause
 */
export async function recover<C, E, S>(
  options: EventSourcedOptions<C, E, S>,
  emptyState: () => S,
  persistenceId: string,
  host: EntityHost,
  alive: () => boolean,
): Promise<Recovered<S>> {
  const replay = new Replay(options, persistenceId, host);
  try {
    return await host.recoveries.run(() => replay.run(emptyState, alive));
  } catch (error) {
    throw new RecoveryFailedError(persistenceId, replay.sequenceNr, error);
  }
}

const stoppedMeanwhile = "the entity was stopped meanwhile";

class Replay<C, E, S> {
  readonly #options: EventSourcedOptions<C, E, S>;
  readonly #persistenceId: string;
  readonly #host: EntityHost;
  /** Of the last event or snapshot applied. */
  sequenceNr = 0;
  #timestamp = 0;

  constructor(options: EventSourcedOptions<C, E, S>, persistenceId: string, host: EntityHost) {
    this.#options = options;
    this.#persistenceId = persistenceId;
    this.#host = host;
  }

  async run(emptyState: () => S, alive: () => boolean): Promise<Recovered<S>> {
    const { journal } = this.#host;
    if (!alive()) throw new Error(stoppedMeanwhile);
    const toSequenceNr = this.#options.recovery?.toSequenceNr ?? Number.MAX_SAFE_INTEGER;
    const snapshot = await this.#newestGoodSnapshot(toSequenceNr);
    this.sequenceNr = snapshot?.sequenceNr ?? 0;
    this.#timestamp = snapshot?.timestamp ?? 0;
    const state = snapshot ? (snapshot.state as S) : emptyState();
    const rebuilt = await this.#replayEvents(state, toSequenceNr, alive);
    const highestSequenceNr = await journal.highestSequenceNr(this.#persistenceId);
    this.#assertComplete(highestSequenceNr, toSequenceNr, snapshot);
    return {
      state: rebuilt,
      sequenceNr: this.sequenceNr,
      highestSequenceNr,
      timestamp: this.#timestamp,
      snapshotSequenceNr: snapshot?.sequenceNr ?? 0,
      replayedEvents: this.sequenceNr - (snapshot?.sequenceNr ?? 0),
    };
  }

  /** A damaged snapshot is passed over: it is a cache, the events are the truth. */
  async #newestGoodSnapshot(toSequenceNr: number): Promise<StoredSnapshot | undefined> {
    const fromSnapshot = this.#options.recovery?.fromSnapshot ?? "latest";
    if (fromSnapshot === "none") return undefined;
    const wanted: SnapshotCriteria = fromSnapshot === "latest" ? {} : fromSnapshot;
    let maxSequenceNr = Math.min(wanted.maxSequenceNr ?? toSequenceNr, toSequenceNr);
    for (;;) {
      try {
        return await this.#host.snapshots.load(this.#persistenceId, { ...wanted, maxSequenceNr });
      } catch (error) {
        if (!(error instanceof StorageCorruptedError)) throw error;
        this.#host.log.error(`A snapshot of ${this.#persistenceId} is damaged and is passed over`, error);
        const [damaged] = await this.#host.snapshots.list(this.#persistenceId, { ...wanted, maxSequenceNr });
        if (!damaged) throw error;
        maxSequenceNr = damaged.sequenceNr - 1;
      }
    }
  }

  async #replayEvents(state: S, toSequenceNr: number, alive: () => boolean): Promise<S> {
    const { eventHandler } = this.#options;
    const range = { fromSequenceNr: this.sequenceNr + 1, toSequenceNr };
    let rebuilt = state;
    for await (const batch of this.#host.journal.read(this.#persistenceId, range)) {
      if (!alive()) throw new Error(stoppedMeanwhile);
      for (const stored of batch) {
        const { sequenceNr, timestamp, metadata } = stored;
        if (sequenceNr !== this.sequenceNr + 1) throw new Error(this.#missing(sequenceNr - 1));
        const event = decodeEvent<E>(stored);
        const meta = { sequenceNr, timestamp, metadata, replaying: true };
        rebuilt = assertState(eventHandler(rebuilt, event, meta), rebuilt, event);
        this.sequenceNr = sequenceNr;
        this.#timestamp = timestamp;
      }
    }
    return rebuilt;
  }

  #assertComplete(highest: number, toSequenceNr: number, snapshot: StoredSnapshot | undefined): void {
    if (this.sequenceNr < Math.min(highest, toSequenceNr)) throw new Error(this.#missing(highest));
    // With an empty journal the snapshot alone is the history: its events are deleted, or live elsewhere.
    if (snapshot && highest > 0 && snapshot.sequenceNr > highest) {
      throw new Error(`the snapshot at ${snapshot.sequenceNr} is ahead of the journal, which ends at ${highest}`);
    }
  }

  #missing(to: number): string {
    return `events ${this.sequenceNr + 1} to ${to} are deleted, and no snapshot that can be read covers them`;
  }
}
