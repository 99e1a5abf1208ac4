/** Proves the bytes of a table of LevelDB: every block against its checksum, and that the blocks leave nothing out. */
import { ByteReader } from "./byte-reader.ts";
import { crc32c, maskedCrc32c } from "./crc32c.ts";
import { unpackSnappy } from "./snappy.ts";

const footerBytes = 48;
const magicBytes = 8;
const magic = 0xdb4775248b80fb57n;
/** How a block is stored, and a checksum. */
const trailerBytes = 5;
const packing = { none: 0, snappy: 1 };
/** Larger than any index that LevelDB writes. */
const indexBytesMax = 64 * 1024 * 1024;

/** Where a block is. */
export interface BlockPlace {
  readonly offset: number;
  readonly size: number;
}

/** What is wrong with a table. */
export interface TableFault {
  readonly offset: number;
  readonly problem: string;
}

/** The first fault of a table, whose recorded size `file` has. */
export function tableFault(file: Buffer): TableFault | undefined {
  let next = 0;
  try {
    const [metaindex, index] = readFooter(file);
    const filters = entriesOf(readBlock(file, metaindex)).map(placeIn);
    for (const block of [...entriesOf(readBlock(file, index)).map(placeIn), ...filters, metaindex, index]) {
      if (block.offset !== next) return { offset: next, problem: `the next block begins at ${block.offset}` };
      readTrailer(file, block);
      next += block.size + trailerBytes;
    }
    return next === file.length - footerBytes ? undefined : { offset: next, problem: "it goes on behind its index" };
  } catch (error) {
    if (error instanceof RangeError) return { offset: next, problem: error.message };
    throw error;
  }
}

/** @throws RangeError when it is none */
export function readFooter(file: Buffer): [metaindex: BlockPlace, index: BlockPlace] {
  const start = file.length - footerBytes;
  if (start < 0 || file.readBigUInt64LE(file.length - magicBytes) !== magic)
    throw new RangeError("it does not end like a table");
  const reader = new ByteReader(file, start, file.length - magicBytes);
  return [readPlace(reader), readPlace(reader)];
}

function readPlace(reader: ByteReader): BlockPlace {
  return { offset: reader.varint(), size: reader.varint() };
}

/** The place that is the value of an entry. */
export function placeIn(value: Buffer): BlockPlace {
  return readPlace(new ByteReader(value));
}

/** How the block is packed. */
function readTrailer(file: Buffer, { offset, size }: BlockPlace): number {
  const end = offset + size;
  if (end + trailerBytes > file.length - footerBytes) throw new RangeError("a block goes beyond the end");
  if (file.readUInt32LE(end + 1) !== maskedCrc32c(crc32c(file, offset, end + 1)))
    throw new RangeError("the checksum of a block does not match");
  return file.readUInt8(end);
}

/** @throws RangeError when it is damaged */
export function readBlock(file: Buffer, place: BlockPlace): Buffer {
  const packed = readTrailer(file, place);
  const bytes = file.subarray(place.offset, place.offset + place.size);
  if (packed === packing.none) return bytes;
  if (packed === packing.snappy) return unpackSnappy(bytes, indexBytesMax);
  throw new RangeError(`there is no packing ${packed}`);
}

/** The values of a block, without their keys. */
export function entriesOf(block: Buffer): Buffer[] {
  const restarts = block.readUInt32LE(block.length - 4);
  const reader = new ByteReader(block, 0, block.length - 4 * (restarts + 1));
  const values: Buffer[] = [];
  while (reader.left > 0) {
    // Bytes of the key that it shares with the one before it.
    reader.varint();
    const keyBytes = reader.varint();
    const valueBytes = reader.varint();
    reader.take(keyBytes);
    values.push(reader.take(valueBytes));
  }
  return values;
}
