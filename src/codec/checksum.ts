/** The checksum that every stored record carries over its key and its value. */
import { crc32 } from "node:zlib";

/** What a byte does to a CRC-32 register (IEEE 802.3, reflected). */
const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let register = byte;
  for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? 0xedb88320 : 0);
  return register;
});

/** For each highest byte of a register, the place in {@link table} that it comes from: no two places have the same. */
const placeOfHighest: Uint8Array = new Uint8Array(256);
for (const [place, entry] of table.entries()) placeOfHighest[entry >>> 24] = place;

/** CRC-32 (IEEE 802.3) of `key` as UTF-8, continued over `value`. An unsigned 32-bit number. */
export function recordChecksum(key: string, value: Uint8Array | string): number {
  return crc32(value, keyChecksum(key));
}

/**
 * The same over the bytes of `value` from the fifth on. A view of these would cost more than their checksum, so it goes over all of them:
 * from the start value that the first four turn into the checksum of the key.
 */
export function checksumBehindFour(key: string, value: Uint8Array): number {
  let register = ~keyChecksum(key);
  for (let index = 3; index >= 0; index--) {
    const place = placeOfHighest[register >>> 24] ?? 0;
    register = ((register ^ (table[place] ?? 0)) << 8) | (place ^ (value[index] ?? 0));
  }
  return crc32(value, ~register >>> 0);
}

/** A key is short, and nearly always ASCII: a call of zlib would take longer. */
function keyChecksum(key: string): number {
  let register = -1;
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index);
    if (code > 0x7f) return crc32(key);
    register = (register >>> 8) ^ (table[(register ^ code) & 0xff] ?? 0);
  }
  return ~register >>> 0;
}
