/** Takes out of the files of a damaged store every record that is still intact, without LevelDB. */
import { readdir } from "node:fs/promises";
import { ByteReader } from "./byte-reader.ts";
import { entriesOf, placeIn, readBlock, readFooter } from "./check-table.ts";
import { logNumberOf } from "./level-files.ts";
import { readLog } from "./log-records.ts";
import { readStoreFile, type StorePlace } from "./read-file.ts";
import { isIntact } from "./record.ts";
import { parseBatch } from "./write-batch.ts";

const tableFile = /^\d+\.(ldb|sst)$/;

/** LevelDB puts the number and the kind of a change behind a key. */
const suffixBytes = 8;
const kindBits = 8n;
const insertion = 1n;
const kindMask = 0xffn;

/** What could be read. */
export interface RescuedRecords {
  /** The newest intact value of each key. */
  readonly records: ReadonlyMap<string, Buffer>;
  /** What could not be read. */
  readonly lost: readonly string[];
}

/** A change of LevelDB. */
interface Change {
  readonly sequence: bigint;
  readonly value: Buffer | undefined;
}

/** Takes about as much memory as the store has bytes. */
export async function rescueRecords(place: StorePlace): Promise<RescuedRecords> {
  const rescue = new Rescue();
  for (const name of (await readdir(place.folder)).toSorted()) {
    const isLog = logNumberOf(name) !== undefined;
    if (!isLog && !tableFile.test(name)) continue;
    try {
      const file = await readStoreFile(place, name);
      if (isLog) rescue.log(name, file);
      else rescue.table(name, file);
    } catch (error) {
      rescue.lost.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { records: rescue.records(), lost: rescue.lost };
}

class Rescue {
  readonly lost: string[] = [];
  readonly #newest = new Map<string, Change>();

  log(name: string, file: Buffer): void {
    let start = 0;
    while (start < file.length) {
      // Records behind damage are read too: what they are worth is told by the numbers in them.
      const { records, broken } = readLog(file, start);
      for (const { bytes } of records) this.#batch(name, bytes);
      if (!broken) return;
      this.lost.push(`${name} at offset ${broken.offset}: ${broken.problem}`);
      if (broken.followedBy === undefined || broken.followedBy <= start) return;
      start = broken.followedBy;
    }
  }

  table(name: string, file: Buffer): void {
    const [, index] = readFooter(file);
    for (const block of entriesOf(readBlock(file, index)).map(placeIn)) {
      try {
        for (const [key, value] of rowsOf(readBlock(file, block))) this.#row(key, value);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        this.lost.push(`${name} at offset ${block.offset}: ${error.message}`);
      }
    }
  }

  /** Deleted and damaged records left out. */
  records(): Map<string, Buffer> {
    const records = new Map<string, Buffer>();
    for (const [key, { value }] of this.#newest) if (value) records.set(key, value);
    return records;
  }

  #batch(name: string, bytes: Buffer): void {
    try {
      const { sequence, changes } = parseBatch(bytes);
      for (const [index, { key, value }] of changes.entries()) this.#change(key, BigInt(sequence + index), value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.lost.push(`${name}: ${error.message}`);
    }
  }

  #row(internalKey: Buffer, value: Buffer): void {
    const end = internalKey.length - suffixBytes;
    const suffix = internalKey.readBigUInt64LE(end);
    const inserted = (suffix & kindMask) === insertion;
    this.#change(internalKey.toString("utf8", 0, end), suffix >> kindBits, inserted ? value : undefined);
  }

  #change(key: string, sequence: bigint, value: Buffer | undefined): void {
    if (value && !isIntact(key, value)) {
      this.lost.push(`the record ${JSON.stringify(key)}: its checksum does not match`);
      return;
    }
    const known = this.#newest.get(key);
    if (!known || known.sequence < sequence) this.#newest.set(key, { sequence, value });
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
