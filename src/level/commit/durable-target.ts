/** Writes to LevelDB so that what is acknowledged stays: the name of a new log is made durable first, and the high-water mark follows. */
import type { BatchTarget, Database, WriteBatch, WriteOptions } from "../database.ts";
import type { LogInUse } from "./log-in-use.ts";
import type { MarkKeeper } from "./mark-keeper.ts";

/** What it takes. */
export interface DurableTargetParts {
  readonly db: Database;
  readonly log: LogInUse;
  readonly keeper: MarkKeeper;
  /** Whether every write waits for the mark. */
  readonly strictTail: boolean;
}

/** The batches of an open store. */
export class DurableTarget implements BatchTarget {
  readonly #parts: DurableTargetParts;

  constructor(parts: DurableTargetParts) {
    this.#parts = parts;
  }

  batch(): WriteBatch {
    return new DurableBatch(this.#parts);
  }
}

/** Hands everything on to a batch of LevelDB. */
class DurableBatch implements WriteBatch {
  readonly #parts: DurableTargetParts;
  readonly #batch: WriteBatch;

  constructor(parts: DurableTargetParts) {
    this.#parts = parts;
    this.#batch = parts.db.batch();
  }

  put(key: string, value: Buffer): void {
    this.#batch.put(key, value);
  }

  del(key: string): void {
    this.#batch.del(key);
  }

  async write({ sync, lastOrdinal }: WriteOptions): Promise<void> {
    const { log, keeper, strictTail } = this.#parts;
    await this.#batch.write({ sync, lastOrdinal });
    await log.written();
    const mark = { ordinal: lastOrdinal, log: log.number, bytes: log.bytes };
    if (!sync) keeper.remember(mark);
    else keeper.advance(mark);
    if (strictTail) await keeper.sync();
  }

  close(): Promise<void> {
    return this.#batch.close();
  }
}
