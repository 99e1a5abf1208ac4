/** Turns a group into the batch of one commit: frames, heads, the commit record, tag index entries, tombstones and other changes. */

import type { WriteBatch } from "../database.ts";
import { recordArenaBytes } from "../level-storage-options.ts";
import { type ChainHead, noChain } from "../records/chain.ts";
import { writeEvent } from "../records/event-text.ts";
import { putRecord } from "../records/put-record.ts";
import { RecordBytes } from "../records/record-bytes.ts";
import { commitKey, frameKey, tagKey, tombstoneKey } from "../records/record-keys.ts";
import { type RecordProofs, recordProofs } from "../records/record-proofs.ts";
import { TagIndex } from "../records/tag-index.ts";
import { type Tombstone, writeTombstone } from "../records/tombstone.ts";
import type { CommitGroup } from "./commit-group.ts";
import type { StreamPart } from "./stream-part.ts";

const comma = 44;
const openingBracket = 91;
const closingBracket = 93;

/** Writes one group after the other; a group can be written piece by piece while it still grows. */
export class CommitWriter {
  readonly #record = new RecordBytes(recordArenaBytes);
  readonly #commit = new RecordBytes(recordArenaBytes);
  readonly #tags = new TagIndex();
  readonly #proofs: RecordProofs;
  #digest: string;
  #tombstones: number;
  #timestamp = 0;
  #firstOrdinal = 0;
  #nextOrdinal = 0;
  #parts = 0;

  /** @param chain where the store ends; what is written continues it */
  constructor(chain: ChainHead = noChain, proofs: RecordProofs = recordProofs) {
    this.#proofs = proofs;
    this.#digest = chain.digest;
    this.#tombstones = chain.tombstones;
  }

  /** @param ordinal the offset of the first event of the group that comes next */
  begin(ordinal: number, timestamp: number): void {
    this.#firstOrdinal = ordinal;
    this.#nextOrdinal = ordinal;
    this.#parts = 0;
    this.#tags.clear();
    this.#commit.clear();
    this.#timestamp = timestamp;
    this.#commit.text('{"p":"');
    this.#commit.text(this.#digest);
    this.#commit.text('","at":');
    this.#commit.number(timestamp);
    this.#commit.text(',"s":[');
  }

  /** Writes the parts that have come since the last call. */
  writeParts(group: CommitGroup, batch: WriteBatch): void {
    for (; this.#parts < group.parts.length; this.#parts++) {
      const part = group.parts[this.#parts];
      if (!part) continue;
      this.#writePart(part, batch);
      if (!group.keepsEvents) part.forgetEvents();
    }
  }

  /** Writes all that is left of the group. */
  finish(group: CommitGroup, batch: WriteBatch): void {
    this.writeParts(group, batch);
    if (this.#nextOrdinal > this.#firstOrdinal) {
      this.#commit.text("]");
      this.#digest = this.#proofs.seal(this.#commit);
      putRecord(batch, commitKey(this.#firstOrdinal), this.#commit, this.#proofs);
      for (const [tag, entries] of this.#tags.entries()) this.#put(batch, tagKey(tag, this.#firstOrdinal), entries);
    }
    for (const tombstone of group.tombstones) this.#writeTombstone(tombstone, batch);
    for (const { key, text } of group.changes) {
      if (text === undefined) batch.del(key);
      else this.#put(batch, key, text);
    }
  }

  #writePart(part: StreamPart, batch: WriteBatch): void {
    const { head, first, count, deletedTo, purgedTo } = part;
    part.written = true;
    if (count > 0) {
      const checksum = this.#writeFrame(part, batch);
      const digest = this.#proofs.frameDigest(this.#record.textBytes);
      if (this.#nextOrdinal > this.#firstOrdinal) this.#commit.character(comma);
      this.#commit.text(head.commitEntry);
      this.#commit.number(first);
      this.#commit.character(comma);
      this.#commit.number(count);
      this.#commit.character(comma);
      this.#commit.number(checksum);
      this.#commit.text(`,"${digest}"]`);
      this.#nextOrdinal += count;
    }
    const record = this.#record;
    record.clear();
    record.character(openingBracket);
    record.number(first + count - 1);
    record.character(comma);
    record.number(deletedTo);
    if (purgedTo > 0) {
      record.character(comma);
      record.number(purgedTo);
    }
    record.character(closingBracket);
    putRecord(batch, head.key, record, this.#proofs);
  }

  #writeFrame(part: StreamPart, batch: WriteBatch): number {
    const record = this.#record;
    record.clear();
    record.character(openingBracket);
    record.number(this.#nextOrdinal);
    record.text(part.head.entityMembers(part.entityType, part.entityId));
    let index = 0;
    for (const { events } of part.appends) {
      for (const event of events ?? []) {
        record.character(comma);
        writeEvent(event, record);
        if (event.tags.length > 0)
          this.#tags.add(event.tags, this.#nextOrdinal + index, part.head.quotedId, part.first + index);
        index++;
      }
    }
    record.character(closingBracket);
    return putRecord(batch, frameKey(part.head.escapedId, part.first), record, this.#proofs);
  }

  #writeTombstone(tombstone: Tombstone, batch: WriteBatch): void {
    const record = this.#record;
    record.clear();
    const place = { previous: this.#digest, afterOffset: this.#nextOrdinal - 1 };
    writeTombstone(record, { ...tombstone, ...place }, this.#timestamp);
    this.#digest = this.#proofs.seal(record);
    this.#tombstones++;
    putRecord(batch, tombstoneKey(this.#tombstones), record, this.#proofs);
  }

  #put(batch: WriteBatch, key: string, text: string): void {
    this.#record.clear();
    this.#record.text(text);
    putRecord(batch, key, this.#record, this.#proofs);
  }
}
