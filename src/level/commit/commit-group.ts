/** What goes into one commit: parts of streams in the order of their first append, and other records. */
import type { AppendRequest } from "../../storage/journal.ts";
import type { StoredEvent } from "../../storage/stored-event.ts";
import { frameBytesMax } from "../level-storage-options.ts";
import type { PendingCommit, StreamHead } from "../records/stream-head.ts";
import type { RestOfFrame, Tombstone } from "../records/tombstone.ts";
import { StreamPart } from "./stream-part.ts";

/** A record to put, or, without a text, to delete. */
export interface RecordChange {
  readonly key: string;
  readonly text?: string;
}

/** A deletion of the beginning of a stream. */
export interface HeadDeletion {
  readonly head: StreamHead;
  readonly deletedTo: number;
  /** The state goes, too: the next life of the stream begins empty. */
  readonly purge?: boolean;
  readonly rest?: RestOfFrame | undefined;
}

/** Someone who waits for record changes. */
interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Gathers until it is written; then it is over. */
export class CommitGroup implements PendingCommit {
  readonly parts: StreamPart[] = [];
  readonly changes: RecordChange[] = [];
  readonly tombstones: Tombstone[] = [];
  events = 0;
  /** About how many bytes it takes. */
  bytes = 0;
  /** Whether the events stay in memory when they are in the batch: somebody is to be told of them. */
  readonly keepsEvents: boolean;
  readonly #waiters: Waiter[] = [];
  #settled = false;
  #whenSettled: Promise<void> | undefined;
  #settle: (() => void) | undefined;

  constructor(keepsEvents: boolean) {
    this.keepsEvents = keepsEvents;
  }

  append(
    head: StreamHead,
    request: AppendRequest,
    resolve: (offset: number) => void,
    reject: (error: Error) => void,
  ): number {
    const length = this.#partFor(head, request.entityType, request.entityId).add(request, resolve, reject);
    head.highest += request.events.length;
    this.events += request.events.length;
    this.bytes += length;
    return length;
  }

  /** Adds changes; with a head, its deletion too. */
  change(changes: readonly RecordChange[], deletion: HeadDeletion | undefined, waiter: Waiter): number {
    if (deletion) {
      const { head, deletedTo, purge = false, rest } = deletion;
      head.deletedTo = deletedTo;
      if (purge) head.purgedTo = deletedTo;
      const part = this.#growingPart(head) ?? this.#newPart(head, "", "");
      part.deletedTo = deletedTo;
      part.purgedTo = head.purgedTo;
      this.tombstones.push({ persistenceId: head.persistenceId, deletedTo, purge, rest });
    }
    let length = 0;
    for (const change of changes) {
      this.changes.push(change);
      length += change.key.length + (change.text?.length ?? 0);
    }
    this.bytes += length;
    this.#waiters.push(waiter);
    return length;
  }

  /** Resolves when the group was written, or failed; never rejects. */
  whenSettled(): Promise<void> {
    if (this.#settled) return Promise.resolve();
    this.#whenSettled ??= new Promise((resolve) => {
      this.#settle = resolve;
    });
    return this.#whenSettled;
  }

  /** Tells everybody, in the order of offsets. */
  succeed(firstOrdinal: number): void {
    let ordinal = firstOrdinal;
    this.#leave();
    for (const part of this.parts) {
      part.resolve(ordinal);
      ordinal += part.count;
    }
    for (const waiter of this.#waiters) waiter.resolve();
  }

  /** All its events as they are read, in the order of their offsets; undefined when it has not kept them. */
  storedEvents(firstOrdinal: number): StoredEvent[] | undefined {
    if (!this.keepsEvents) return undefined;
    const events: StoredEvent[] = [];
    for (const part of this.parts) {
      for (const event of part.storedEvents(firstOrdinal + events.length)) events.push(event);
    }
    return events;
  }

  fail(error: Error): void {
    this.#leave();
    for (const part of this.parts) part.reject(error);
    for (const waiter of this.#waiters) waiter.reject(error);
  }

  #leave(): void {
    this.#settled = true;
    for (const part of this.parts) {
      const { head } = part;
      head.holds--;
      if (head.pending === part) head.pending = undefined;
    }
    this.#settle?.();
  }

  #partFor(head: StreamHead, entityType: string, entityId: string): StreamPart {
    const part = this.#growingPart(head);
    return part?.entityType === entityType && part.entityId === entityId
      ? part
      : this.#newPart(head, entityType, entityId);
  }

  #growingPart({ pending }: StreamHead): StreamPart | undefined {
    if (!(pending instanceof StreamPart) || pending.commit !== this || pending.written) return undefined;
    return pending.bytes < frameBytesMax ? pending : undefined;
  }

  #newPart(head: StreamHead, entityType: string, entityId: string): StreamPart {
    const part = new StreamPart(this, head, entityType, entityId);
    head.pending = part;
    head.holds++;
    this.parts.push(part);
    return part;
  }
}
