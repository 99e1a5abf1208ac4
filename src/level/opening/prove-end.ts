/** Proves the end of the history once LevelDB has opened: the commits since the high-water mark with all they name, and nothing missing behind them. */
import { StorageCorruptedError } from "../../errors.ts";
import type { Database } from "../database.ts";
import type { LoggedChange } from "../files/write-batch.ts";
import { commitPlace } from "../reading/read-history.ts";
import { type CommittedFrame, parseCommit } from "../records/commit-record.ts";
import { recordJson } from "../records/record.ts";
import { allCommits, commitKey, numberOf } from "../records/record-keys.ts";
import { FrameProof } from "./prove-frames.ts";

/** What the end must be. */
export interface ExpectedEnd {
  /** The last offset that is known to be acknowledged. */
  readonly markedOrdinal: number;
  /** The first commit that was in a log, and so was moved by the opening. */
  readonly firstOrdinal: number | undefined;
}

/** The end as it is. */
export interface HistoryEnd {
  /** The offset of the last event; 0 when there is none. */
  readonly highestOffset: number;
  /** The time of the last commit; 0 when there is none. */
  readonly lastCommitAt: number;
}

const commitsPerStep = 1_000;

/** @throws StorageCorruptedError naming the commit, the event or the head that is not as it was acknowledged */
export async function proveEnd(db: Database, location: string, expected: ExpectedEnd): Promise<HistoryEnd> {
  const proof = new EndProof(db, location, expected.markedOrdinal);
  await proof.run(Math.min(expected.markedOrdinal, expected.firstOrdinal ?? expected.markedOrdinal));
  return { highestOffset: proof.highestOffset, lastCommitAt: proof.lastCommitAt };
}

/** @throws StorageCorruptedError when the last change of the logs is not what LevelDB has made of it */
export async function proveChange(db: Database, location: string, { key, value }: LoggedChange): Promise<void> {
  const iterator = db.iterator({ gte: key, lte: key, limit: 1 });
  try {
    const row = await iterator.next();
    const same = value === undefined ? row === undefined : row !== undefined && value.equals(row[1]);
    if (!same)
      throw new StorageCorruptedError(location, `the record ${JSON.stringify(key)}`, "LevelDB has not taken it over");
  } finally {
    await iterator.close();
  }
}

/** One walk from a commit to the last. */
class EndProof {
  highestOffset = 0;
  lastCommitAt = 0;
  readonly #db: Database;
  readonly #location: string;
  readonly #markedOrdinal: number;
  readonly #frames: FrameProof;

  constructor(db: Database, location: string, markedOrdinal: number) {
    this.#db = db;
    this.#location = location;
    this.#markedOrdinal = markedOrdinal;
    this.#frames = new FrameProof(db, location);
  }

  async run(fromOrdinal: number): Promise<void> {
    this.highestOffset = (await this.#commitStart(fromOrdinal)) - 1;
    const iterator = this.#db.iterator({ gte: commitKey(this.highestOffset + 1), lt: allCommits.lt });
    try {
      for (
        let rows = await iterator.nextv(commitsPerStep);
        rows.length > 0;
        rows = await iterator.nextv(commitsPerStep)
      ) {
        const named = rows.flatMap(([key, value]) => this.#follow(key, value));
        await this.#frames.prove(named);
      }
    } finally {
      await iterator.close();
    }
    if (this.highestOffset < this.#markedOrdinal) throw this.#missingCommit();
    this.#frames.proveHeads();
  }

  /** The first ordinal of the commit that holds `ordinal`. */
  async #commitStart(ordinal: number): Promise<number> {
    const range = { gte: allCommits.gte, lte: commitKey(Math.max(1, ordinal)), reverse: true, limit: 1 };
    const iterator = this.#db.keys(range);
    try {
      const key = await iterator.next();
      return key === undefined ? 1 : numberOf(key);
    } finally {
      await iterator.close();
    }
  }

  /** Returns the frames that are to be proved. */
  #follow(key: string, value: Buffer): readonly CommittedFrame[] {
    const ordinal = numberOf(key);
    if (ordinal !== this.highestOffset + 1) throw this.#missingCommit();
    const where = commitPlace(ordinal);
    const commit = parseCommit(recordJson(this.#location, where, key, value));
    if (!commit) throw new StorageCorruptedError(this.#location, where, "it has not the form of a commit");
    for (const { count } of commit.frames) this.highestOffset += count;
    this.lastCommitAt = commit.at;
    return this.highestOffset >= this.#markedOrdinal ? commit.frames : [];
  }

  #missingCommit(): StorageCorruptedError {
    const known = this.#markedOrdinal;
    const ordinal = this.highestOffset + 1;
    const problem = ordinal <= known ? `it is missing, though acknowledged up to ${known}` : "it is missing";
    return new StorageCorruptedError(this.#location, commitPlace(ordinal), problem);
  }
}
