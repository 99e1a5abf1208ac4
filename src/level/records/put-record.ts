/** Puts records into one batch, each with its checksum. */
import type { WriteBatch } from "../database.ts";
import type { RecordBytes } from "./record-bytes.ts";
import type { RecordProofs } from "./record-proofs.ts";

/** The batch copies at once, so the same bytes serve every record in turn. */
export function putRecord(
  batch: WriteBatch,
  key: string,
  record: RecordBytes,
  { checksum: checksumOf }: RecordProofs,
): number {
  const checksum = checksumOf(key, record.textBytes);
  const { value } = record;
  value.writeUInt32LE(checksum, 0);
  batch.put(key, value);
  return checksum;
}
