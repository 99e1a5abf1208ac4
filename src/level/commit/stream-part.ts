/** The events of one stream within one commit, and those who wait for them. */
import type { AppendRequest } from "../../storage/journal.ts";
import { type EventRecord, type StoredEvent, toStoredEvent } from "../../storage/stored-event.ts";
import type { PendingCommit, PendingEvents, StreamHead } from "../records/stream-head.ts";

/** An append that waits for its commit. */
interface WaitingAppend {
  /** Undefined once they are forgotten. */
  events: readonly EventRecord[] | undefined;
  readonly count: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: Error) => void;
}

/** About what an event takes beside its payload. */
const bytesPerEvent = 32;

/** Becomes one frame and one head; without events, a head alone. */
export class StreamPart implements PendingEvents {
  readonly commit: PendingCommit;
  readonly head: StreamHead;
  readonly entityType: string;
  readonly entityId: string;
  readonly first: number;
  readonly appends: WaitingAppend[] = [];
  /** As it will be once this part is stored. */
  deletedTo: number;
  /** Likewise. */
  purgedTo: number;
  count = 0;
  /** About how many bytes its events take. */
  bytes = 0;
  /** Whether its records are in the batch: later events of the stream need a part of their own. */
  written = false;

  constructor(commit: PendingCommit, head: StreamHead, entityType: string, entityId: string) {
    this.commit = commit;
    this.head = head;
    this.entityType = entityType;
    this.entityId = entityId;
    this.first = head.highest + 1;
    this.deletedTo = head.deletedTo;
    this.purgedTo = head.purgedTo;
  }

  /** Takes the events over. Returns about how many bytes they will take. */
  add({ events }: AppendRequest, resolve: (offset: number) => void, reject: (error: Error) => void): number {
    this.appends.push({ events, count: events.length, resolve, reject });
    this.count += events.length;
    let bytes = 0;
    for (const { payload, metadata, receipt } of events)
      bytes += payload.length + (metadata?.length ?? 0) + (receipt?.length ?? 0) + bytesPerEvent;
    this.bytes += bytes;
    return bytes;
  }

  /** @param ordinal the offset of the first event */
  resolve(ordinal: number): void {
    let next = ordinal;
    for (const { count, resolve } of this.appends) {
      resolve(next);
      next += count;
    }
  }

  /** Its records are in the batch, so nobody needs the texts any more: as many wait for the disk as commands are under way. */
  forgetEvents(): void {
    for (const append of this.appends) append.events = undefined;
  }

  /** Its events as they are read, beginning at the offset `ordinal`. */
  *storedEvents(ordinal: number): Iterable<StoredEvent> {
    const { head, entityType, entityId, first } = this;
    const { persistenceId } = head;
    let index = 0;
    for (const { events } of this.appends) {
      for (const event of events ?? []) {
        const place = { offset: ordinal + index, persistenceId, entityType, entityId, sequenceNr: first + index };
        index++;
        yield toStoredEvent(event, place);
      }
    }
  }

  reject(error: Error): void {
    for (const append of this.appends) append.reject(error);
  }
}
