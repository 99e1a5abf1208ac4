/** Puts records into one batch, each with its checksum. */
import { recordChecksum } from "../codec/checksum.ts";
import type { WriteBatch } from "./database.ts";
import type { RecordBytes } from "./record-bytes.ts";

/** The batch copies at once, so the same bytes serve every record in turn. */
export function putRecord(batch: WriteBatch, key: string, record: RecordBytes): number {
  const checksum = recordChecksum(key, record.textBytes);
  const { value } = record;
  value.writeUInt32LE(checksum, 0);
  batch.put(key, value);
  return checksum;
}
