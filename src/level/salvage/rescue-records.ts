/** Takes out of the files of a damaged store every record that is still intact, without LevelDB. */
import { readdir } from "node:fs/promises";
import { RekindleError } from "../../errors.ts";
import { ByteReader } from "../files/byte-reader.ts";
import { entriesOf, placeIn, readBlock, readFooter } from "../files/check-table.ts";
import { logNumberOf } from "../files/level-files.ts";
import { readLog } from "../files/log-records.ts";
import { readStoreFile, type StorePlace } from "../files/read-file.ts";
import { parseBatch } from "../files/write-batch.ts";
import { isIntact } from "../records/record.ts";
import type { SalvageNotes } from "./salvage-notes.ts";

const tableFile = /^\d+\.(ldb|sst)$/;

/** LevelDB puts the number and the kind of a change behind a key. */
const suffixBytes = 8;
const kindBits = 8n;
const insertion = 1n;
const kindMask = 0xffn;

/** Where they go. */
export interface RescueSink {
  /** A change of LevelDB; without a value, a deletion. In any order, and the same more than once. */
  add(key: string, sequence: bigint, value: Buffer | undefined): Promise<void>;
}

/**
 * Takes as much memory as the largest file has bytes. Returns how many changes were taken out.
 *
 * @param lost is told what could not be read
 */
export async function rescueRecords(place: StorePlace, sink: RescueSink, lost: SalvageNotes): Promise<number> {
  const rescue = new Rescue(sink, lost);
  for (const name of (await readdir(place.folder)).toSorted()) {
    const isLog = logNumberOf(name) !== undefined;
    if (!isLog && !tableFile.test(name)) continue;
    try {
      const file = await readStoreFile(place, name);
      if (isLog) await rescue.log(name, file);
      else await rescue.table(name, file);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof RekindleError)) throw error;
      lost.add(`${name}: ${error.message}`);
    }
  }
  return rescue.changes;
}

class Rescue {
  changes = 0;
  readonly #sink: RescueSink;
  readonly #lost: SalvageNotes;

  constructor(sink: RescueSink, lost: SalvageNotes) {
    this.#sink = sink;
    this.#lost = lost;
  }

  async log(name: string, file: Buffer): Promise<void> {
    let start = 0;
    while (start < file.length) {
      // Records behind damage are read too: what they are worth is told by the numbers in them.
      const { records, broken } = readLog(file, start);
      for (const { bytes } of records) await this.#batch(name, bytes);
      if (!broken) return;
      this.#lost.add(`${name} at offset ${broken.offset}: ${broken.problem}`);
      if (broken.followedBy === undefined || broken.followedBy <= start) return;
      start = broken.followedBy;
    }
  }

  async table(name: string, file: Buffer): Promise<void> {
    const [, index] = readFooter(file);
    for (const block of entriesOf(readBlock(file, index)).map(placeIn)) {
      try {
        for (const [key, value] of rowsOf(readBlock(file, block))) await this.#row(key, value);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        this.#lost.add(`${name} at offset ${block.offset}: ${error.message}`);
      }
    }
  }

  async #batch(name: string, bytes: Buffer): Promise<void> {
    try {
      const { sequence, changes } = parseBatch(bytes);
      for (const [index, { key, value }] of changes.entries()) await this.#change(key, BigInt(sequence + index), value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#lost.add(`${name}: ${error.message}`);
    }
  }

  async #row(internalKey: Buffer, value: Buffer): Promise<void> {
    const end = internalKey.length - suffixBytes;
    const suffix = internalKey.readBigUInt64LE(end);
    const inserted = (suffix & kindMask) === insertion;
    await this.#change(internalKey.toString("utf8", 0, end), suffix >> kindBits, inserted ? value : undefined);
  }

  async #change(key: string, sequence: bigint, value: Buffer | undefined): Promise<void> {
    if (value && !isIntact(key, value)) {
      this.#lost.add(`the record ${JSON.stringify(key)}: its checksum does not match`);
      return;
    }
    this.changes++;
    await this.#sink.add(key, sequence, value);
  }
}

/** The rows of a block; a key is told by what it has not in common with the one before it. */
function* rowsOf(block: Buffer): Iterable<readonly [key: Buffer, value: Buffer]> {
  const restarts = block.readUInt32LE(block.length - 4);
  const reader = new ByteReader(block, 0, block.length - 4 * (restarts + 1));
  let key: Buffer = Buffer.alloc(0);
  while (reader.left > 0) {
    const shared = reader.varint();
    const own = reader.varint();
    const valueBytes = reader.varint();
    key = Buffer.concat([key.subarray(0, shared), reader.take(own)]);
    yield [key, reader.take(valueBytes)];
  }
}
