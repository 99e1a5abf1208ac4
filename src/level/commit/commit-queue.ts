/** Group commit: one write in flight, and everything that arrives meanwhile forms the next one. */
import { busyMs, type Clock } from "../../clock.ts";
import { Followers } from "../../storage/followers.ts";
import type { AppendRequest } from "../../storage/journal.ts";
import type { EmittedEvents } from "../../storage/view-store.ts";
import type { BatchTarget, WriteBatch } from "../database.ts";
import type { LevelSettings } from "../level-storage-options.ts";
import { type ChainHead, noChain } from "../records/chain.ts";
import type { RecordProofs } from "../records/record-proofs.ts";
import type { StreamHead } from "../records/stream-head.ts";
import type { StoreHealth } from "../session/store-health.ts";
import { CommitGroup, type HeadDeletion, type RecordChange } from "./commit-group.ts";
import { CommitPace } from "./commit-pace.ts";
import { CommitWriter } from "./commit-writer.ts";
import { PendingBytes } from "./pending-bytes.ts";

/** What a queue needs. */
export interface CommitQueueParts {
  readonly target: BatchTarget;
  readonly settings: LevelSettings;
  readonly clock: Clock;
  readonly health: StoreHealth;
  /** The offset of the last stored event. */
  readonly highestOffset: number;
  /** Where the chain ends. Default: it has not begun. */
  readonly chain?: ChainHead;
  /** Default: those of every store. */
  readonly proofs?: RecordProofs;
  /** The time of the last commit. */
  readonly lastCommitAt: number;
  /** Called when a write has failed, before anybody else hears of it: what memory knows of stream heads is not true any more. */
  readonly forgetHeads: () => void;
}

const nothing = { events: 0, bytes: 0 };

/** How many rounds of the event loop a store that was busy waits for more. */
const roundsAfterCommit = 2;

/** Events for the end of a stream whose head is in memory. */
export interface PlacedAppend {
  readonly head: StreamHead;
  readonly emitted: EmittedEvents;
  /** Called with the offset of the first event. */
  readonly resolve: (offset: number) => void;
}

/** A group that is being put into its batch. */
interface Draft {
  readonly group: CommitGroup;
  readonly batch: WriteBatch;
  /** How many events of the group are in the batch. */
  events: number;
  /** About how many bytes of the group are in the batch. */
  bytes: number;
}

/** The only way into the store. */
export class CommitQueue {
  readonly backlog: PendingBytes;
  readonly followers: Followers = new Followers();
  readonly #parts: CommitQueueParts;
  readonly #sync: boolean;
  readonly #writer: CommitWriter;
  readonly #pace = new CommitPace(busyMs());
  /** Those that are not in flight. The last one still grows; those before it are full. */
  readonly #waiting: CommitGroup[] = [];
  #inFlight: CommitGroup | undefined;
  /** The first waiting group, as far as it was put together while the disk was busy. */
  #draft: Draft | undefined;
  #scheduled = false;
  /** Resolves when the last of the tasks that hold writes back is over. */
  #pause: Promise<unknown> | undefined;
  #highestOffset: number;
  #lastCommitAt: number;

  constructor(parts: CommitQueueParts) {
    this.#parts = parts;
    this.#writer = new CommitWriter(parts.chain ?? noChain, parts.proofs);
    this.#sync = parts.settings.durability === "sync";
    this.backlog = new PendingBytes(parts.settings.pendingBytesMax);
    this.#highestOffset = parts.highestOffset;
    this.#lastCommitAt = parts.lastCommitAt;
  }

  /** The offset of the last durable event. */
  get highestOffset(): number {
    return this.#highestOffset;
  }

  /** Calls `resolve` with the offset of the first event, in the order of offsets. The caller has compared the sequence numbers. */
  append(
    head: StreamHead,
    request: AppendRequest,
    resolve: (offset: number) => void,
    reject: (error: Error) => void,
  ): void {
    const { failure } = this.#parts.health;
    if (failure) {
      reject(failure);
      return;
    }
    this.backlog.add(this.#openGroup().append(head, request, resolve, reject));
    this.#schedule();
  }

  /** Stores record changes in one commit, all or none; with a deletion, the head of its stream too; with appends, their events too. */
  change(
    changes: readonly RecordChange[],
    deletion?: HeadDeletion,
    appends: readonly PlacedAppend[] = [],
  ): Promise<void> {
    const { failure } = this.#parts.health;
    if (failure) return Promise.reject(failure);
    return new Promise((resolve, reject) => {
      const group = this.#openGroup();
      for (const { head, emitted, resolve: tell } of appends) {
        // Its failure is that of the changes.
        const ignore = (): undefined => undefined;
        this.backlog.add(group.append(head, { ...emitted, sequenceNr: head.highest + 1 }, tell, ignore));
      }
      this.backlog.add(group.change(changes, deletion, { resolve, reject }));
      this.#schedule();
    });
  }

  /** Resolves when everything that waits now was written, or failed; never rejects. */
  whenSettled(): Promise<void> {
    return (this.#waiting.at(-1) ?? this.#inFlight)?.whenSettled() ?? Promise.resolve();
  }

  /** Runs `task` between two writes: after the one in flight, and before all others. */
  whilePaused<T>(task: () => Promise<T>): Promise<T> {
    const before = this.#pause ?? this.#inFlight?.whenSettled() ?? Promise.resolve();
    const paused = before.then(task, task);
    const over: Promise<void> = paused.then(
      () => this.#resume(over),
      () => this.#resume(over),
    );
    this.#pause = over;
    return paused;
  }

  #resume(pause: Promise<unknown>): void {
    if (this.#pause !== pause) return;
    this.#pause = undefined;
    if (!this.#scheduled) this.#continueAfter(1);
  }

  #openGroup(): CommitGroup {
    const last = this.#waiting.at(-1);
    if (last && last.bytes < this.#parts.settings.commitBytesMax) return last;
    const group = new CommitGroup(this.followers.any);
    this.#waiting.push(group);
    return group;
  }

  #schedule(): void {
    const [next] = this.#waiting;
    if (!next) return;
    if (this.#inFlight) {
      // Only by the lot: what is in the batch already cannot share a frame with what comes later.
      const { events, bytes } = this.#draft ?? nothing;
      if (!this.#scheduled && this.#pace.isEager(next.events - events, next.bytes - bytes)) this.#continueAfter(1);
    } else if (this.#pace.isEager(next.events, next.bytes)) {
      this.#writeNext();
    } else if (!this.#scheduled) {
      this.#continueAfterRound();
    }
  }

  /** The dispatcher gives many entities that are ready their turns in one callback: what they append gets into the same commit. */
  #continueAfterRound(): void {
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#inFlight) this.#writeNext();
    });
  }

  /** All entities whose turn comes in these rounds of the event loop get into the same commit. */
  #continueAfter(rounds: number): void {
    this.#scheduled = true;
    setImmediate(() => {
      if (rounds > 1) {
        this.#continueAfter(rounds - 1);
        return;
      }
      this.#scheduled = false;
      if (this.#inFlight) this.#draftNext();
      else this.#writeNext();
    });
  }

  #writeNext(): void {
    if (this.#pause) return;
    const draft = this.#draftNext();
    if (!draft) return;
    const { group } = draft;
    this.#inFlight = group;
    this.#waiting.shift();
    this.#draft = undefined;
    const startedAt = this.#parts.clock.monotonic();
    this.#write(draft).then(
      () => this.#succeeded(group, startedAt),
      (error: unknown) => this.#failed(error),
    );
  }

  /** Puts the next group together, as far as it has come; while the disk is busy with the one before, too. */
  #draftNext(): Draft | undefined {
    const [group] = this.#waiting;
    if (!group) return undefined;
    try {
      this.#draft ??= this.#beginDraft(group);
      this.#writer.writeParts(group, this.#draft.batch);
      this.#draft.events = group.events;
      this.#draft.bytes = group.bytes;
    } catch (error) {
      this.#failed(error);
    }
    return this.#draft;
  }

  #beginDraft(group: CommitGroup): Draft {
    this.#lastCommitAt = Math.max(this.#lastCommitAt, this.#parts.clock.now());
    this.#writer.begin(this.#highestOffset + (this.#inFlight?.events ?? 0) + 1, this.#lastCommitAt);
    return { group, batch: this.#parts.target.batch(), ...nothing };
  }

  async #write({ group, batch }: Draft): Promise<void> {
    this.#writer.finish(group, batch);
    // One write at a time, each synced: LevelDB may rotate its log between two, and never syncs the end of the old one.
    await batch.write({ sync: this.#sync, lastOrdinal: this.#highestOffset + group.events });
  }

  #succeeded(group: CommitGroup, startedAt: number): void {
    if (this.#inFlight !== group) return;
    const ordinal = this.#highestOffset + 1;
    this.#highestOffset += group.events;
    this.#inFlight = undefined;
    const [next] = this.#waiting;
    this.#pace.wrote(group.events, next?.events ?? 0, this.#parts.clock.monotonic() - startedAt, busyMs());
    if (next && this.#pace.isEager(next.events, next.bytes)) this.#writeNext();
    // Those who are told now send the next commands; their turns come in the next round, and their events in the one after it.
    else if (next && !this.#scheduled) this.#continueAfter(roundsAfterCommit);
    this.backlog.remove(group.bytes);
    group.succeed(ordinal);
    if (group.events > 0) this.followers.tell(this.#highestOffset, group.bytes, () => group.storedEvents(ordinal));
  }

  /** LevelDB goes on after a failed write and loses what it acknowledges then: nothing may be written any more. */
  #failed(cause: unknown): void {
    const { health, forgetHeads } = this.#parts;
    if (health.failure) return;
    const error = health.fail(cause);
    const groups = this.#waiting.splice(0);
    if (this.#inFlight) groups.unshift(this.#inFlight);
    this.#inFlight = undefined;
    this.#draft?.batch.close().catch(() => undefined);
    this.#draft = undefined;
    for (const group of groups) for (const part of group.parts) health.doubt(part.head.persistenceId);
    forgetHeads();
    for (const group of groups) {
      this.backlog.remove(group.bytes);
      group.fail(error);
    }
    health.announceFailure();
  }
}
