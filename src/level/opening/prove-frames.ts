/** Proves what commits name: their frames, byte for byte, and the heads of the streams that end with them. */
import { StorageCorruptedError } from "../../errors.ts";
import type { Database } from "../database.ts";
import { decodeHead } from "../reading/read-head.ts";
import type { CommittedFrame } from "../records/commit-record.ts";
import { framePlace } from "../records/frame.ts";
import { isIntact, storedChecksum } from "../records/record.ts";
import { escapeId, frameKey, headKey } from "../records/record-keys.ts";
import type { HeadRecord } from "../records/stream-head.ts";

/** A frame that should be there, under the key that it has now. */
interface DueFrame extends CommittedFrame {
  readonly key: string;
  /** A deletion has cut off its beginning, so that it is not what the commit named. */
  readonly cut: boolean;
}

/** To be given the commits in their order, up to the last. */
export class FrameProof {
  readonly #db: Database;
  readonly #location: string;
  readonly #heads = new Map<string, HeadRecord>();
  /** Where streams end by the commits so far. */
  readonly #ends = new Map<string, number>();

  constructor(db: Database, location: string) {
    this.#db = db;
    this.#location = location;
  }

  /** @throws StorageCorruptedError naming the event or the head */
  async prove(frames: readonly CommittedFrame[]): Promise<void> {
    for (const { persistenceId, first, count } of frames) this.#ends.set(persistenceId, first + count - 1);
    await this.#learnHeads(frames);
    const due = frames.map((frame) => this.#due(frame)).filter((frame) => frame !== undefined);
    const values = await this.#db.getMany(due.map(({ key }) => key));
    for (const [index, frame] of due.entries()) this.#proveFrame(frame, values[index]);
  }

  /** @throws StorageCorruptedError when a head is not where the last commit of its stream ends */
  proveHeads(): void {
    for (const [persistenceId, end] of this.#ends) {
      const highest = this.#heads.get(persistenceId)?.highest;
      if (highest !== end)
        throw this.#damagedHead(persistenceId, `it ends at ${highest}, and its last commit at ${end}`);
    }
  }

  async #learnHeads(frames: readonly CommittedFrame[]): Promise<void> {
    const unknown = new Set(frames.map(({ persistenceId }) => persistenceId).filter((id) => !this.#heads.has(id)));
    const ids = [...unknown];
    const values = await this.#db.getMany(ids.map((id) => headKey(escapeId(id))));
    for (const [index, id] of ids.entries()) {
      const value = values[index];
      if (!value) throw this.#damagedHead(id, "it is missing, though a commit has events of it");
      this.#heads.set(id, decodeHead(this.#location, id, [headKey(escapeId(id)), value]));
    }
  }

  /** Undefined when it was deleted on purpose. */
  #due(frame: CommittedFrame): DueFrame | undefined {
    const { persistenceId, first, count } = frame;
    const deletedTo = this.#heads.get(persistenceId)?.deletedTo ?? 0;
    if (first + count - 1 <= deletedTo) return undefined;
    const key = frameKey(escapeId(persistenceId), Math.max(first, deletedTo + 1));
    return { ...frame, key, cut: deletedTo >= first };
  }

  #proveFrame({ key, cut, persistenceId, first, checksum }: DueFrame, value: Buffer | undefined): void {
    const where = framePlace(persistenceId, first);
    if (!value) throw new StorageCorruptedError(this.#location, where, "it is missing, though a commit names it");
    if (!isIntact(key, value) || !(cut || storedChecksum(value) === checksum))
      throw new StorageCorruptedError(this.#location, where, "it is not what its commit names");
  }

  #damagedHead(persistenceId: string, problem: string): StorageCorruptedError {
    return new StorageCorruptedError(this.#location, `the head of ${JSON.stringify(persistenceId)}`, problem);
  }
}
