/** Unpacks Snappy, in which LevelDB stores the blocks of its tables. */
import { ByteReader } from "./byte-reader.ts";

const kindBits = 3;
const kind = { literal: 0, nearCopy: 1, copy: 2, farCopy: 3 };
/** Literals of up to this many bytes have their length in the tag; longer ones behind it. */
const shortLiteralMax = 60;

/** @throws RangeError when the bytes are no Snappy, or make more or less than `bytesMax` allows */
export function unpackSnappy(packed: Buffer, bytesMax: number): Buffer {
  const reader = new ByteReader(packed);
  const length = reader.varint();
  if (length > bytesMax) throw new RangeError(`it unpacks to ${length} bytes`);
  const unpacked = Buffer.alloc(length);
  let at = 0;
  while (reader.left > 0) {
    const tag = reader.byte();
    if ((tag & kindBits) === kind.literal) {
      const literal = reader.take(literalLength(tag >> 2, reader));
      if (literal.length > length - at) throw new RangeError("it unpacks to more than it says");
      at += literal.copy(unpacked, at);
    } else {
      const [count, distance] = readCopy(tag, reader);
      if (distance === 0 || distance > at || count > length - at) throw new RangeError("it refers to nothing");
      // Byte by byte: a copy may overlap what it makes.
      for (const end = at + count; at < end; at++) unpacked[at] = unpacked[at - distance] ?? 0;
    }
  }
  if (at < length) throw new RangeError("it unpacks to less than it says");
  return unpacked;
}

function literalLength(inTag: number, reader: ByteReader): number {
  return inTag < shortLiteralMax ? inTag + 1 : littleEndian(reader.take(inTag - shortLiteralMax + 1)) + 1;
}

function readCopy(tag: number, reader: ByteReader): [count: number, distance: number] {
  switch (tag & kindBits) {
    case kind.nearCopy:
      return [((tag >> 2) & 7) + 4, ((tag >> 5) << 8) | reader.byte()];
    case kind.copy:
      return [(tag >> 2) + 1, littleEndian(reader.take(2))];
    default:
      return [(tag >> 2) + 1, littleEndian(reader.take(4))];
  }
}

function littleEndian(bytes: Buffer): number {
  return bytes.readUIntLE(0, bytes.length);
}
