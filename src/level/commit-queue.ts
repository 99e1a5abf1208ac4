/** Group commit: one write in flight, and everything that arrives meanwhile forms the next one. */
import type { Clock } from "../clock.ts";
import type { AppendRequest } from "../storage/journal.ts";
import { CommitGroup, type RecordChange } from "./commit-group.ts";
import { writeRecords } from "./commit-records.ts";
import type { BatchTarget } from "./database.ts";
import { eagerBytes, eagerEvents, type LevelSettings, recordArenaBytes } from "./level-storage-options.ts";
import { PendingBytes } from "./pending-bytes.ts";
import { RecordWriter } from "./record-writer.ts";
import type { StoreHealth } from "./store-health.ts";
import type { StreamHead } from "./stream-head.ts";

/** What a queue needs. */
export interface CommitQueueParts {
  readonly target: BatchTarget;
  readonly settings: LevelSettings;
  readonly clock: Clock;
  readonly health: StoreHealth;
  /** The offset of the last stored event. */
  readonly highestOffset: number;
  /** The time of the last commit. */
  readonly lastCommitAt: number;
  /** Called when a write has failed, before anybody else hears of it: what memory knows of stream heads is not true any more. */
  readonly forgetHeads: () => void;
}

/** The only way into the store. */
export class CommitQueue {
  readonly backlog: PendingBytes;
  readonly #parts: CommitQueueParts;
  readonly #sync: boolean;
  /** The last group is open; those before it are full. */
  readonly #groups: CommitGroup[] = [];
  readonly #arena = Buffer.allocUnsafeSlow(recordArenaBytes);
  #writing = false;
  #scheduled = false;
  #highestOffset: number;
  #lastCommitAt: number;

  constructor(parts: CommitQueueParts) {
    this.#parts = parts;
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
  append(head: StreamHead, request: AppendRequest, resolve: (offset: number) => void, reject: (error: Error) => void): void {
    const { failure } = this.#parts.health;
    if (failure) {
      reject(failure);
      return;
    }
    this.backlog.add(this.#openGroup().append(head, request, resolve, reject));
    this.#schedule();
  }

  /** Stores record changes in one commit, all or none; with a deletion, the head of its stream too. */
  change(changes: readonly RecordChange[], deletion?: { head: StreamHead; deletedTo: number }): Promise<void> {
    const { failure } = this.#parts.health;
    if (failure) return Promise.reject(failure);
    return new Promise((resolve, reject) => {
      this.backlog.add(this.#openGroup().change(changes, deletion, { resolve, reject }));
      this.#schedule();
    });
  }

  /** Resolves when everything that waits now was written, or failed; never rejects. */
  whenSettled(): Promise<void> {
    return this.#groups.at(-1)?.whenSettled() ?? Promise.resolve();
  }

  #openGroup(): CommitGroup {
    const last = this.#groups.at(-1);
    const begun = this.#writing && this.#groups.length === 1;
    if (last && !begun && last.bytes < this.#parts.settings.commitBytesMax) return last;
    const group = new CommitGroup();
    this.#groups.push(group);
    return group;
  }

  #schedule(fromCompletion = false): void {
    if (this.#writing) return;
    const [first] = this.#groups;
    if (first && (first.events >= Number(process.env['EAGER'] ?? eagerEvents) || first.bytes >= eagerBytes)) {
      this.#writeNext();
    } else if (!this.#scheduled) {
      this.#scheduled = true;
      const H = Number(process.env["HOPS"] ?? 1);
      const go = (n: number): void => { if (n > 1 && fromCompletion) setImmediate(() => go(n - 1)); else setImmediate(() => {
        this.#scheduled = false;
        if (!this.#writing) this.#writeNext();
      }); };
      go(H);
    }
  }

  #writeNext(): void {
    const [group] = this.#groups;
    if (!group) return;
    this.#writing = true;
    this.#write(group).then(
      () => this.#succeeded(group),
      (error: unknown) => this.#failed(error),
    );
  }

  async #write(group: CommitGroup): Promise<void> {
    const { target, clock } = this.#parts;
    const batch = target.batch();
    this.#lastCommitAt = Math.max(this.#lastCommitAt, clock.now());
    writeRecords(group, this.#highestOffset + 1, this.#lastCommitAt, new RecordWriter(batch, this.#arena));
    // Never without sync in between: LevelDB would rotate its log and lose the unsynced part of the old one.
    await batch.write({ sync: this.#sync });
  }

  #succeeded(group: CommitGroup): void {
    const ordinal = this.#highestOffset + 1;
    this.#highestOffset += group.events;
    this.#writing = false;
    this.#groups.shift();
    if (process.env["V"] === "0") this.#writeNext();
    else if (this.#groups.length > 0 || process.env["V"] === "2") this.#schedule(true);
    this.backlog.remove(group.bytes);
    group.succeed(ordinal);
  }

  /** LevelDB goes on after a failed write and loses what it acknowledges then: nothing may be written any more. */
  #failed(cause: unknown): void {
    const { health, forgetHeads } = this.#parts;
    const error = health.fail(cause);
    const groups = this.#groups.splice(0);
    this.#writing = false;
    for (const group of groups) for (const part of group.parts) health.doubt(part.head.persistenceId);
    forgetHeads();
    for (const group of groups) {
      this.backlog.remove(group.bytes);
      group.fail(error);
    }
    health.announceFailure();
  }
}
