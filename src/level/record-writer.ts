/** Puts records into one batch: text to bytes, with the checksum in front. */
import { recordChecksum } from "../codec/checksum.ts";
import type { WriteBatch } from "./database.ts";
import { checksumBytes } from "./record.ts";

/** UTF-8 takes no more than this for one unit of a JavaScript string. */
const bytesPerUnitMax = 3;

/** Writes records into one batch. */
export class RecordWriter {
  readonly #batch: WriteBatch;
  readonly #arena: Buffer;

  /** @param arena memory for one record at a time; larger records get memory of their own, so that one of them does not stay reserved */
  constructor(batch: WriteBatch, arena: Buffer) {
    this.#batch = batch;
    this.#arena = arena;
  }

  /** Returns the checksum. */
  put(key: string, text: string): number {
    // The batch copies at once: one arena serves every record in turn.
    const fits = text.length * bytesPerUnitMax + checksumBytes <= this.#arena.length;
    const bytes = fits ? this.#arena : Buffer.allocUnsafeSlow(Buffer.byteLength(text) + checksumBytes);
    const length = checksumBytes + bytes.write(text, checksumBytes, "utf8");
    const checksum = recordChecksum(key, bytes.subarray(checksumBytes, length));
    bytes.writeUInt32LE(checksum, 0);
    this.#batch.put(key, bytes.subarray(0, length));
    return checksum;
  }

  delete(key: string): void {
    this.#batch.del(key);
  }
}
