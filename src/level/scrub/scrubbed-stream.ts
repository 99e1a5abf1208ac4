/** What a scrub knows of one stream: its head, what the chain says of it, and what its frames are expected to be. */

import type { CommittedFrame } from "../records/commit-record.ts";
import { FrameFingerprint } from "../records/frame-fingerprint.ts";
import { numberKey } from "../records/record-keys.ts";
import type { HeadRecord } from "../records/stream-head.ts";
import type { RestOfFrame, Tombstone } from "../records/tombstone.ts";

/** The kept end of a frame whose beginning was deleted. */
interface CutFrame {
  readonly ordinal: number;
  rest: RestOfFrame | undefined;
}

/** One per stream and scrub. */
export class ScrubbedStream {
  readonly persistenceId: string;
  readonly head: HeadRecord;
  /** The frames that commits say are stored whole. */
  readonly expected: FrameFingerprint = new FrameFingerprint();
  /** What commits and tombstones say of the end of the stream. */
  highest = 0;
  /** What they say is deleted. */
  deletedTo = 0;
  /** What they say is purged. */
  purgedTo = 0;
  cut: CutFrame | undefined;

  constructor(persistenceId: string, head: HeadRecord) {
    this.persistenceId = persistenceId;
    this.head = head;
  }

  /** Takes in what a commit says. Returns what is wrong with it, if anything. */
  commit(frame: CommittedFrame, ordinal: number): string | undefined {
    const { first, count, checksum, digest } = frame;
    const { highest } = this;
    const last = first + count - 1;
    this.highest = last;
    if (highest === 0) this.deletedTo = Math.max(this.deletedTo, first - 1);
    if (first > this.head.deletedTo) this.expected.add(numberKey(first), ordinal, checksum, digest);
    else if (last > this.head.deletedTo)
      this.cut = { ordinal: ordinal + this.head.deletedTo + 1 - first, rest: undefined };
    return highest === 0 || first === highest + 1
      ? undefined
      : `its events of ${JSON.stringify(this.persistenceId)} begin at ${first}, not at ${highest + 1}`;
  }

  /** Takes in what a tombstone says. Returns what is wrong with it, if anything. */
  bury({ deletedTo, purge, rest }: Tombstone): string | undefined {
    const before = purge ? Math.min(this.deletedTo, deletedTo - 1) : this.deletedTo;
    this.deletedTo = deletedTo;
    if (purge) this.purgedTo = deletedTo;
    // A stream of which nothing is left may have no commit in this store.
    if (this.highest === 0) this.highest = deletedTo;
    if (this.cut && deletedTo === this.head.deletedTo) this.cut.rest = rest;
    if (deletedTo <= before) return `it deletes up to ${deletedTo} what is deleted up to ${before} already`;
    return deletedTo > this.highest
      ? `it deletes up to ${deletedTo} of a stream that goes to ${this.highest}`
      : undefined;
  }

  /** What is wrong with the head, if anything, once the whole chain was taken in. */
  get wrongHead(): string | undefined {
    const { highest, deletedTo, purgedTo } = this.head;
    if (highest !== this.highest) return `it ends at ${highest}, and the history at ${this.highest}`;
    if (deletedTo !== this.deletedTo)
      return `it says that all up to ${deletedTo} is deleted, and the history says up to ${this.deletedTo}`;
    return purgedTo === this.purgedTo
      ? undefined
      : `it says that all up to ${purgedTo} is purged, and the history says up to ${this.purgedTo}`;
  }
}
