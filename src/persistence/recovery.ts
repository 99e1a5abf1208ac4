/**
 * Phase 1 of an entity: the newest good snapshot, then the later events, pulled in batches.
 * Next phase: {@link ./running.ts}.
 */
import { RecoveryFailedError, StorageCorruptedError } from "../errors.ts";
import type { SnapshotCriteria, StoredSnapshot } from "../storage/snapshot-store.ts";
import { noMetadata, type StoredEvent } from "../storage/stored-event.ts";
import { assertState } from "./assert-state.ts";
import type { Deliveries } from "./deliveries.ts";
import type { EntityHost } from "./entity-host.ts";
import type { EntityScope, EventSourcedOptions } from "./event-sourced.ts";
import { IdleTimeout } from "./idle-timeout.ts";
import type { Receipts } from "./receipts.ts";
import { readSnapshot } from "./snapshot-version.ts";

/** What recovery found. */
export interface Recovered<S> {
  readonly state: S;
  /** Of the last event in `state`. */
  readonly sequenceNr: number;
  /** The highest in the journal; new events follow the higher of the two. */
  readonly highestSequenceNr: number;
  /** Of the last event replayed, else of the snapshot, in milliseconds since the epoch; 0 without either. */
  readonly timestamp: number;
  /** Of the last event in `state`, or above when that event is known from a snapshot alone. */
  readonly offset: number;
  /** 0 without a snapshot. */
  readonly snapshotSequenceNr: number;
  readonly replayedEvents: number;
}

/** Up to where a past state is rebuilt. */
export interface PastMoment {
  /** Of the last event in it. Default: the last there is. */
  readonly sequenceNr?: number | undefined;
  /** The state has the events up to the first one with a later timestamp, in milliseconds since the epoch. Default: all. */
  readonly timestamp?: number | undefined;
}

/** What is to be recovered, and with what. */
export interface RecoveryRequest<C, E, S> {
  readonly options: EventSourcedOptions<C, E, S>;
  readonly emptyState: () => S;
  /** The events that a stored one stands for today. */
  readonly decode: (stored: StoredEvent) => readonly E[];
  readonly persistenceId: string;
  readonly host: EntityHost;
  /** Take part in the replay when the entity delivers anything. */
  readonly deliveries: Deliveries<E, EntityScope> | undefined;
  readonly receipts: Receipts;
  /** Instead of the state that the definition wants, a past one. */
  readonly until?: PastMoment | undefined;
}

/** A recovery fails when the storage gives nothing for so long, unless the definition says otherwise, in milliseconds. */
const defaultIdleTimeoutMs = 30_000;

/** How long an entity of this kind waits for the storage, in milliseconds. */
export function idleTimeoutOf<C, E, S>({ recovery }: EventSourcedOptions<C, E, S>): number {
  return recovery?.idleTimeoutMs ?? defaultIdleTimeoutMs;
}

class MissingEventsError extends Error {}

const stoppedMeanwhile = "the entity was stopped meanwhile";

/** Rebuilds the state of an entity. */
export class Recovery<C, E, S> {
  readonly #request: RecoveryRequest<C, E, S>;
  readonly #idle: IdleTimeout;
  #givenUp = false;
  /** Of the last event or snapshot applied. */
  #sequenceNr = 0;
  #timestamp = 0;
  /** Of the last event applied. */
  #offset = 0;
  /** Before the first event that is too new for the moment that is wanted. */
  #stoppedAt: number | undefined;
  /** The newest snapshot that could not be used, and why. */
  #passedOver: { readonly sequenceNr: number; readonly problem: string } | undefined;

  constructor(request: RecoveryRequest<C, E, S>) {
    this.#request = request;
    this.#idle = new IdleTimeout(request.host.clock, idleTimeoutOf(request.options));
  }

  /** @throws RecoveryFailedError whatever the cause */
  async run(): Promise<Recovered<S>> {
    const { persistenceId, host } = this.#request;
    try {
      return await host.recoveries.run(() => this.#rebuild());
    } catch (error) {
      throw new RecoveryFailedError(persistenceId, this.#sequenceNr, error);
    }
  }

  /** Ends it early, with a rejection, although the storage may still be at work: the permit is the next one's at once. */
  giveUp(): void {
    this.#givenUp = true;
    this.#idle.giveUp(new Error(stoppedMeanwhile));
  }

  async #rebuild(): Promise<Recovered<S>> {
    const { options, until } = this.#request;
    if (this.#givenUp) throw new Error(stoppedMeanwhile);
    const { sequenceNr } = until ?? { sequenceNr: options.recovery?.toSequenceNr };
    const toSequenceNr = Math.min(sequenceNr ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    let snapshot = await this.#newestGoodSnapshot(toSequenceNr);
    for (;;) {
      try {
        return await this.#runFrom(snapshot, snapshot?.sequenceNr ?? 0, toSequenceNr);
      } catch (error) {
        if (!(error instanceof MissingEventsError)) throw error;
        // A life before may have gone on with its retention since the snapshot was loaded; then there is a newer one.
        const newer = await this.#newestGoodSnapshot(toSequenceNr);
        if (!newer || newer.sequenceNr <= (snapshot?.sequenceNr ?? 0)) return this.#runFromPurge(error, toSequenceNr);
        snapshot = newer;
      }
    }
  }

  /** What was purged left no state behind, and needs none: the entity begins empty after it. */
  async #runFromPurge(missing: MissingEventsError, toSequenceNr: number): Promise<Recovered<S>> {
    const { persistenceId, host, until } = this.#request;
    const purgedTo = await this.#idle.guard(host.journal.purgedTo(persistenceId));
    // A state that was purged is gone; that it was empty would be a lie.
    if (purgedTo <= this.#sequenceNr || (until && toSequenceNr < purgedTo)) throw missing;
    return this.#runFrom(undefined, Math.min(purgedTo, toSequenceNr), toSequenceNr);
  }

  async #runFrom(snapshot: StoredSnapshot | undefined, begin: number, toSequenceNr: number): Promise<Recovered<S>> {
    const { persistenceId, host, emptyState, deliveries, receipts } = this.#request;
    this.#sequenceNr = begin;
    this.#stoppedAt = undefined;
    this.#timestamp = snapshot?.timestamp ?? 0;
    this.#offset = begin > 0 ? host.journal.highestOffset() : 0;
    if (snapshot || begin > 0) deliveries?.fromMetadata(snapshot?.metadata ?? noMetadata);
    receipts.fromMetadata(snapshot?.metadata ?? noMetadata);
    const state = snapshot ? (snapshot.state as S) : emptyState();
    const rebuilt = await this.#replayEvents(state, toSequenceNr);
    const highestSequenceNr = await this.#idle.guard(host.journal.highestSequenceNr(persistenceId));
    this.#assertComplete(highestSequenceNr, this.#stoppedAt ?? toSequenceNr, snapshot);
    return {
      state: rebuilt,
      sequenceNr: this.#sequenceNr,
      highestSequenceNr,
      timestamp: this.#timestamp,
      offset: this.#offset,
      snapshotSequenceNr: snapshot?.sequenceNr ?? 0,
      replayedEvents: this.#sequenceNr - begin,
    };
  }

  /** A snapshot that is damaged, or of another schema version, is passed over: it is a cache, the events are the truth. */
  async #newestGoodSnapshot(toSequenceNr: number): Promise<StoredSnapshot | undefined> {
    const { options, persistenceId, host } = this.#request;
    const fromSnapshot = options.recovery?.fromSnapshot ?? "latest";
    if (fromSnapshot === "none") return undefined;
    const wanted: SnapshotCriteria = fromSnapshot === "latest" ? {} : fromSnapshot;
    let maxSequenceNr = Math.min(wanted.maxSequenceNr ?? toSequenceNr, toSequenceNr);
    this.#passedOver = undefined;
    for (;;) {
      try {
        const stored = await this.#idle.guard(host.snapshots.load(persistenceId, { ...wanted, maxSequenceNr }));
        if (stored && (await this.#isTooNew(stored))) {
          maxSequenceNr = stored.sequenceNr - 1;
          continue;
        }
        const read = stored && readSnapshot(stored, options.snapshots);
        if (!read || "snapshot" in read) return read?.snapshot;
        host.log.warn(`${persistenceId}: ${read.unreadable}; it is passed over`);
        this.#passedOver ??= { sequenceNr: stored.sequenceNr, problem: read.unreadable };
        maxSequenceNr = stored.sequenceNr - 1;
      } catch (error) {
        if (!(error instanceof StorageCorruptedError)) throw error;
        host.log.error(`A snapshot of ${persistenceId} is damaged and is passed over`, error);
        const criteria = { ...wanted, maxSequenceNr };
        const [damaged] = await this.#idle.guard(host.snapshots.list(persistenceId, criteria));
        if (!damaged) throw error;
        this.#passedOver ??= { sequenceNr: damaged.sequenceNr, problem: error.message };
        maxSequenceNr = damaged.sequenceNr - 1;
      }
    }
  }

  /** A snapshot tells when it was saved, which is not when its last event was decided. */
  async #isTooNew({ sequenceNr, timestamp }: StoredSnapshot): Promise<boolean> {
    const { persistenceId, host, until } = this.#request;
    if (until?.timestamp === undefined) return false;
    const range = { fromSequenceNr: sequenceNr, toSequenceNr: sequenceNr };
    for await (const batch of this.#idle.guardEach(host.journal.read(persistenceId, range)))
      for (const event of batch) return event.timestamp > until.timestamp;
    return timestamp > until.timestamp;
  }

  async #replayEvents(state: S, toSequenceNr: number): Promise<S> {
    const { persistenceId, host, until } = this.#request;
    const toTimestamp = until?.timestamp ?? Number.POSITIVE_INFINITY;
    const range = { fromSequenceNr: this.#sequenceNr + 1, toSequenceNr };
    let rebuilt = state;
    for await (const batch of this.#idle.guardEach(host.journal.read(persistenceId, range))) {
      if (this.#givenUp) throw new Error(stoppedMeanwhile);
      for (const stored of batch) {
        if (stored.timestamp > toTimestamp && stored.sequenceNr === this.#sequenceNr + 1) {
          this.#stoppedAt = this.#sequenceNr;
          return rebuilt;
        }
        rebuilt = this.#replay(rebuilt, stored);
      }
    }
    return rebuilt;
  }

  #replay(state: S, stored: StoredEvent): S {
    const { options, decode, deliveries, receipts } = this.#request;
    const { sequenceNr, timestamp, metadata } = stored;
    if (sequenceNr !== this.#sequenceNr + 1) throw this.#missing(sequenceNr - 1);
    const events = decode(stored);
    const meta = { sequenceNr, timestamp, metadata, replaying: true };
    let rebuilt = state;
    for (const event of events) rebuilt = assertState(options.eventHandler(rebuilt, event, meta), rebuilt, event);
    deliveries?.replay(events, sequenceNr, metadata);
    receipts.replay(stored);
    this.#offset = stored.offset;
    this.#sequenceNr = sequenceNr;
    this.#timestamp = timestamp;
    return rebuilt;
  }

  #assertComplete(highest: number, toSequenceNr: number, snapshot: StoredSnapshot | undefined): void {
    const known = Math.max(highest, this.#passedOver?.sequenceNr ?? 0);
    if (this.#sequenceNr < Math.min(known, toSequenceNr)) throw this.#missing(known);
    // With an empty journal the snapshot alone is the history: its events are deleted, or live elsewhere.
    if (snapshot && highest > 0 && snapshot.sequenceNr > highest) {
      throw new Error(`the snapshot at ${snapshot.sequenceNr} is ahead of the journal, which ends at ${highest}`);
    }
  }

  #missing(to: number): MissingEventsError {
    const why = this.#passedOver ? ` (${this.#passedOver.problem})` : "";
    return new MissingEventsError(
      `events ${this.#sequenceNr + 1} to ${to} are deleted, and no snapshot that can be read covers them${why}`,
    );
  }
}
