/** CRC-32C (Castagnoli), the checksum of LevelDB's own files; node:zlib has only the other polynomial. */

const polynomial = 0x82f63b78;
const tables = 8;
const tableSize = 256;
const byte = 0xff;

/** Added to a stored checksum, so that checksums of data that contains checksums stay useful. */
const maskDelta = 0xa282ead8;
const maskBits = 15;
const wordBits = 32;

/** One table for each of eight bytes that are taken in one step. */
const table = makeTables();

/** The checksum of `bytes[start..end)`. An unsigned 32-bit number. */
export function crc32c(bytes: Buffer, start = 0, end: number = bytes.length): number {
  let crc = -1;
  let at = start;
  for (const lastStep = end - tables; at <= lastStep; at += tables) {
    const low = crc ^ word(bytes, at);
    const high = word(bytes, at + 4);
    crc =
      entry(7, low & byte) ^
      entry(6, (low >>> 8) & byte) ^
      entry(5, (low >>> 16) & byte) ^
      entry(4, low >>> 24) ^
      entry(3, high & byte) ^
      entry(2, (high >>> 8) & byte) ^
      entry(1, (high >>> 16) & byte) ^
      entry(0, high >>> 24);
  }
  for (; at < end; at++) crc = entry(0, (crc ^ (bytes[at] ?? 0)) & byte) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** What LevelDB stores for a checksum. */
export function maskedCrc32c(crc: number): number {
  return (((crc >>> maskBits) | (crc << (wordBits - maskBits))) + maskDelta) >>> 0;
}

function entry(step: number, value: number): number {
  return table[step * tableSize + value] ?? 0;
}

/** Four bytes, little endian. */
function word(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

function makeTables(): Int32Array {
  const made = new Int32Array(tables * tableSize);
  for (let value = 0; value < tableSize; value++) {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    made[value] = crc;
  }
  for (let at = tableSize; at < made.length; at++) {
    const before = made[at - tableSize] ?? 0;
    made[at] = (before >>> 8) ^ (made[before & byte] ?? 0);
  }
  return made;
}
