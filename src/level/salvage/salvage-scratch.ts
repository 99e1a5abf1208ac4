/** The records of a damaged store on their way to a new one, sorted on the disk: a store may be larger than the memory. */
import { mkdtemp, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type Database, databaseAt, type WriteBatch } from "../database.ts";
import { makeFolder } from "../files/store-folder.ts";
import { proofStep } from "../level-storage-options.ts";
import { allFrames, type KeyRange, numberKey } from "../records/record-keys.ts";

/** Ends a key, so that all versions of it stand together: no key has it but before the number at its end. */
const keyEnd = "\0";

/** LevelDB counts changes with 56 bits; the newest is to come first. */
const lastSequence = (1n << 56n) - 1n;
const sequenceDigits = 14;
const hexadecimal = 16;

const kindBytes = 1;
const inserted = 1;
const deleted = 0;

/** Before all keys of records. */
const orderPrefix = "\x01";
const order: KeyRange = { gte: orderPrefix, lt: "\x02" };

/** A record as it was stored. */
export type RescuedRow = readonly [key: string, value: Buffer];

/** One per salvage. Nothing in it has to last. */
export class SalvageScratch {
  readonly #db: Database;
  readonly #folder: string;
  #batch: WriteBatch;
  #batchBytes = 0;

  private constructor(db: Database, folder: string) {
    this.#db = db;
    this.#folder = folder;
    this.#batch = db.batch();
  }

  /** Makes a folder beside `target`. */
  static async open(target: string): Promise<SalvageScratch> {
    const parent = await makeFolder(dirname(resolve(target)));
    const folder = await mkdtemp(join(parent, `.${basename(resolve(target))}.scratch-`));
    const db = databaseAt(join(folder, "records"));
    await db.open({ createIfMissing: true, errorIfExists: true });
    return new SalvageScratch(db, folder);
  }

  /** Takes in a change of LevelDB; without a value, a deletion. */
  async add(key: string, sequence: bigint, value: Buffer | undefined): Promise<void> {
    const version = (lastSequence - sequence).toString(hexadecimal).padStart(sequenceDigits, "0");
    const stored = Buffer.concat([Buffer.of(value ? inserted : deleted), value ?? Buffer.alloc(0)]);
    await this.#put(key + keyEnd + version, stored);
  }

  /** Notes that the frame under this key is kept; its first event had this offset. */
  async keep(ordinal: number, frameKey: string): Promise<void> {
    await this.#put(orderPrefix + numberKey(ordinal) + frameKey, Buffer.alloc(kindBytes));
  }

  /** The newest version of each record, those left out that were deleted last. */
  async *newest(range: KeyRange): AsyncGenerator<RescuedRow, void, undefined> {
    let last: string | undefined;
    for await (const [versioned, stored] of this.#rows(range)) {
      const key = versioned.slice(0, -keyEnd.length - sequenceDigits);
      if (key === last) continue;
      last = key;
      if (stored[0] === inserted) yield [key, stored.subarray(kindBytes)];
    }
  }

  /** The frames that are kept, in the order of the offsets that they had. */
  async *kept(): AsyncGenerator<RescuedRow, void, undefined> {
    const frameStart = orderPrefix.length + numberKey(0).length;
    for await (const [entry] of this.#rows(order)) {
      const key = entry.slice(frameStart);
      if (!key.startsWith(allFrames.gte)) continue;
      for await (const row of this.newest({ gte: key + keyEnd, lt: `${key}\x01` })) yield row;
    }
  }

  async close(): Promise<void> {
    try {
      await this.#batch.close();
      await this.#db.close();
    } finally {
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  async #put(key: string, value: Buffer): Promise<void> {
    this.#batch.put(key, value);
    this.#batchBytes += key.length + value.length;
    if (this.#batchBytes >= proofStep.bytes) await this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = this.#db.batch();
    this.#batchBytes = 0;
    await batch.write({ sync: false, lastOrdinal: 0 });
  }

  async *#rows(range: KeyRange): AsyncGenerator<RescuedRow, void, undefined> {
    await this.#flush();
    const iterator = this.#db.iterator({ ...range, highWaterMarkBytes: proofStep.bytes });
    try {
      while (true) {
        const rows = await iterator.nextv(proofStep.records);
        if (rows.length === 0) return;
        yield* rows;
      }
    } finally {
      await iterator.close();
    }
  }
}
