/** What is known in memory of one stream: where it ends, and what of it waits to be written. */
import { escapeId, headKey } from "./record-keys.ts";

/** A head as it is stored. */
export interface HeadRecord {
  /** 0 when nothing was ever stored. */
  readonly highest: number;
  /** All events up to this one are gone, or never were: a stream may begin later than at 1. */
  readonly deletedTo: number;
  /** All up to this one is gone together with its state: no snapshot needs to cover it. Not above `deletedTo`. */
  readonly purgedTo: number;
}

/** A head, and what else was seen when it was looked for. */
export interface StreamRecord extends HeadRecord {
  /** Proved to have none; not told otherwise. */
  readonly hasNoSnapshots?: boolean;
}

/** Something that is over when it was written, or failed. */
export interface PendingCommit {
  /** Never rejects. */
  whenSettled(): Promise<void>;
}

/** Events of the stream that wait for their commit. */
export interface PendingEvents {
  readonly commit: PendingCommit;
}

/** The head of a stream in memory. */
export class StreamHead {
  readonly persistenceId: string;
  readonly escapedId: string;
  /** Pending events included. */
  highest: number;
  /** Pending deletions included. */
  deletedTo: number;
  /** Pending purges included. */
  purgedTo: number;
  /** The newest events that wait for their commit, if any. */
  pending: PendingEvents | undefined = undefined;
  /** How many hold on to it: parts that wait for their commit, and deletions under way. While one does, it stays in memory. */
  holds = 0;
  /** Proved to have no snapshot, and given none since. */
  hasNoSnapshots: boolean;
  /** Whether it was asked for since the last search for something to forget. */
  used = true;
  /** What {@link entityMembers} gave last, and for which entity: nearly always the same. */
  #entityType = "";
  #entityId = "";
  #entityMembers = "";
  /** Made with the first write: most streams in memory have only been read. */
  #key = "";
  #commitEntry = "";

  constructor(persistenceId: string, stored: StreamRecord) {
    this.persistenceId = persistenceId;
    this.escapedId = escapeId(persistenceId);
    this.highest = stored.highest;
    this.deletedTo = stored.deletedTo;
    this.purgedTo = stored.purgedTo;
    this.hasNoSnapshots = stored.hasNoSnapshots ?? false;
  }

  /** The key of its record. */
  get key(): string {
    if (this.#key === "") this.#key = headKey(this.escapedId);
    return this.#key;
  }

  /** How its entries in commit records begin. */
  get commitEntry(): string {
    if (this.#commitEntry === "") this.#commitEntry = `[${JSON.stringify(this.persistenceId)},`;
    return this.#commitEntry;
  }

  /** The id as a JSON string. */
  get quotedId(): string {
    return this.commitEntry.slice(1, -1);
  }

  /** Entity type and entity id as members of a frame; the id is 0 when it can be told from the persistence id. */
  entityMembers(entityType: string, entityId: string): string {
    if (this.#entityMembers === "" || entityType !== this.#entityType || entityId !== this.#entityId) {
      this.#entityType = entityType;
      this.#entityId = entityId;
      const told = this.persistenceId === `${entityType}|${entityId}`;
      this.#entityMembers = `,${JSON.stringify(entityType)},${told ? "0" : JSON.stringify(entityId)}`;
    }
    return this.#entityMembers;
  }
}

/** A head out of its stored JSON; undefined when it is none. */
export function parseHead(json: unknown): HeadRecord | undefined {
  if (!Array.isArray(json)) return undefined;
  const [highest, deletedTo, purgedTo = 0]: unknown[] = json;
  if (typeof highest !== "number" || typeof deletedTo !== "number" || typeof purgedTo !== "number") return undefined;
  return purgedTo <= deletedTo && deletedTo <= highest ? { highest, deletedTo, purgedTo } : undefined;
}
