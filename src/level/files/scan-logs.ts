/** Reads the logs that LevelDB is about to turn into tables, and proves that no change is missing between the first and the last. */
import { StorageCorruptedError } from "../../errors.ts";
import { isCommitKey, numberOf } from "../records/record-keys.ts";
import { logName } from "./level-files.ts";
import { readLog } from "./log-records.ts";
import { readStoreFile, type StorePlace } from "./read-file.ts";
import { type LoggedBatch, type LoggedChange, parseBatch } from "./write-batch.ts";

/** An end that can only be a write which a crash has cut off. */
export interface TornEnd {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly problem: string;
}

/** What is in the logs. */
export interface ScannedLogs {
  /** Where the records of each log end, by its number; the oldest log first. */
  readonly logEnds: ReadonlyMap<number, number>;
  /** Bytes behind the last record of all: a write that was cut off, and never acknowledged. */
  readonly torn: TornEnd | undefined;
  /** The first commit in the logs. */
  readonly firstOrdinal: number | undefined;
  /** The last change in the logs. */
  readonly lastChange: LoggedChange | undefined;
}

/** @param lastSequence the last change that the MANIFEST knows of: what is not in the tables begins there, at the latest */
export async function scanLogs(
  place: StorePlace,
  numbers: readonly number[],
  lastSequence: number,
): Promise<ScannedLogs> {
  const scan = new LogScan(place.location, lastSequence);
  for (const number of numbers) scan.add(number, await readStoreFile(place, logName(number)));
  const { logEnds, torn, firstOrdinal, lastChange } = scan;
  return { logEnds, torn, firstOrdinal, lastChange };
}

/** One log after the other. */
class LogScan {
  readonly logEnds = new Map<number, number>();
  torn: TornEnd | undefined;
  firstOrdinal: number | undefined;
  lastChange: LoggedChange | undefined;
  readonly #location: string;
  readonly #knownSequence: number;
  /** The number of the next change; unknown before the first. */
  #next: number | undefined;

  constructor(location: string, lastSequence: number) {
    this.#location = location;
    this.#knownSequence = lastSequence;
  }

  add(number: number, file: Buffer): void {
    const name = logName(number);
    const { records, end, broken } = readLog(file);
    if (this.torn && (records.length > 0 || broken?.followedBy !== undefined))
      throw this.#damaged(this.torn.name, this.torn.offset, `${this.torn.problem}, and ${name} goes on`);
    if (broken?.followedBy !== undefined) {
      const problem = `${broken.problem}, and another record follows at offset ${broken.followedBy}`;
      throw this.#damaged(name, broken.offset, problem);
    }
    for (const { offset, bytes } of records) this.#follow(name, offset, bytes);
    this.logEnds.set(number, end);
    if (broken) this.torn ??= { name, offset: end, bytes: file.length - end, problem: broken.problem };
  }

  #follow(name: string, offset: number, bytes: Buffer): void {
    const { sequence, changes } = this.#parse(name, offset, bytes);
    const follows = this.#next === undefined ? sequence <= this.#knownSequence + 1 : sequence === this.#next;
    if (!follows) {
      const expected = this.#next ?? this.#knownSequence + 1;
      throw this.#damaged(name, offset, `what comes next is change ${sequence} instead of ${expected}`);
    }
    this.#next = sequence + changes.length;
    this.lastChange = changes.at(-1) ?? this.lastChange;
    if (this.firstOrdinal === undefined) {
      const commit = changes.find(({ key, value }) => value !== undefined && isCommitKey(key));
      if (commit) this.firstOrdinal = numberOf(commit.key);
    }
  }

  #parse(name: string, offset: number, bytes: Buffer): LoggedBatch {
    try {
      return parseBatch(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.#damaged(name, offset, error.message, error);
    }
  }

  #damaged(name: string, offset: number, problem: string, cause?: unknown): StorageCorruptedError {
    return new StorageCorruptedError(this.#location, `${name}, offset ${offset}`, problem, cause);
  }
}
