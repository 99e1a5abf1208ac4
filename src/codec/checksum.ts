/** The checksum that every stored record carries over its key and its value. */
import { crc32 } from "node:zlib";

/** CRC-32 (IEEE 802.3) of `key` as UTF-8, continued over `value`. An unsigned 32-bit number. */
export function recordChecksum(key: string, value: Uint8Array | string): number {
  return crc32(value, crc32(key));
}
