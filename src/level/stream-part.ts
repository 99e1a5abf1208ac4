/** The events of one stream within one commit, and those who wait for them. */
import type { AppendRequest } from "../storage/journal.ts";
import type { CommitGroup } from "./commit-group.ts";
import { eventText } from "./event-text.ts";
import type { StreamHead } from "./stream-head.ts";

/** An append that waits for its commit. */
interface WaitingAppend {
  /** How many events of the part come before it. */
  readonly index: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: Error) => void;
}

/** An event with tags. */
interface TaggedEvent {
  readonly index: number;
  readonly tags: readonly string[];
}

/** Becomes one frame and one head; without events, a head alone. */
export class StreamPart {
  readonly group: CommitGroup;
  readonly head: StreamHead;
  readonly entityType: string;
  readonly entityId: string;
  readonly first: number;
  /** As it will be once this part is stored. */
  deletedTo: number;
  count = 0;
  tagged: TaggedEvent[] | undefined = undefined;
  #eventTexts = "";
  readonly #appends: WaitingAppend[] = [];

  constructor(group: CommitGroup, head: StreamHead, entityType: string, entityId: string) {
    this.group = group;
    this.head = head;
    this.entityType = entityType;
    this.entityId = entityId;
    this.first = head.highest + 1;
    this.deletedTo = head.deletedTo;
  }

  get last(): number {
    return this.first + this.count - 1;
  }

  /** Takes the events over. Returns the length of their text. */
  add(request: AppendRequest, resolve: (offset: number) => void, reject: (error: Error) => void): number {
    const { events } = request;
    this.#appends.push({ index: this.count, resolve, reject });
    let texts = "";
    for (const event of events) {
      texts += `,${eventText(event)}`;
      if (event.tags.length > 0) {
        this.tagged ??= [];
        this.tagged.push({ index: this.count, tags: event.tags });
      }
      this.count++;
    }
    this.#eventTexts += texts;
    return texts.length;
  }

  frameText(ordinal: number): string {
    const { entityType, entityId } = this;
    const plain = this.head.persistenceId === `${entityType}|${entityId}`;
    return `[${ordinal},${JSON.stringify(entityType)},${plain ? "0" : JSON.stringify(entityId)}${this.#eventTexts}]`;
  }

  resolve(ordinal: number): void {
    for (const append of this.#appends) append.resolve(ordinal + append.index);
  }

  reject(error: Error): void {
    for (const append of this.#appends) append.reject(error);
  }
}
