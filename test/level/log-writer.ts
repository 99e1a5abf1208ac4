/** Logs of LevelDB as it would write them, for tests that need a particular one. */
import { crc32c, maskedCrc32c } from "#src/level/files/crc32c.js";

const blockBytes = 32_768;
const headerBytes = 7;

/** A log with these records, each in as many pieces as it takes. */
export function logOf(...records: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  const add = (part: Buffer): void => {
    parts.push(part);
    at += part.length;
  };
  for (const record of records) {
    let rest = record;
    let first = true;
    do {
      const left = blockBytes - (at % blockBytes);
      if (left < headerBytes) add(Buffer.alloc(left));
      const room = blockBytes - (at % blockBytes) - headerBytes;
      const piece = rest.subarray(0, room);
      rest = rest.subarray(piece.length);
      const last = rest.length === 0;
      add(fragment(first ? (last ? 1 : 2) : last ? 4 : 3, piece));
      first = false;
    } while (rest.length > 0);
  }
  return Buffer.concat(parts);
}

/** A batch of insertions. */
export function batchOf(sequence: number, records: Readonly<Record<string, string>>): Buffer {
  const head = Buffer.alloc(12);
  const entries = Object.entries(records);
  head.writeBigUInt64LE(BigInt(sequence));
  head.writeUInt32LE(entries.length, 8);
  // Below 128 a length takes one byte.
  const texts = entries.flatMap(([key, value]) => [
    Buffer.from([1, key.length]),
    Buffer.from(key),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
  return Buffer.concat([head, ...texts]);
}

function fragment(type: number, piece: Buffer): Buffer {
  const bytes = Buffer.alloc(headerBytes + piece.length);
  bytes.writeUInt16LE(piece.length, 4);
  bytes.writeUInt8(type, 6);
  piece.copy(bytes, headerBytes);
  bytes.writeUInt32LE(maskedCrc32c(crc32c(bytes, 6)), 0);
  return bytes;
}
