/** By what a stored record is proved later: its checksum, and the digests that make it a link of the chain. */
import { recordChecksum } from "../../codec/checksum.ts";
import { frameDigest, seal } from "./chain.ts";
import type { RecordBytes } from "./record-bytes.ts";

/** Computed while records are written. */
export interface RecordProofs {
  readonly checksum: (key: string, text: Uint8Array) => number;
  readonly frameDigest: (text: Uint8Array) => string;
  /** Closes a record that has all its members but the digest. Returns the digest. */
  readonly seal: (record: RecordBytes) => string;
}

/** What every store has. */
export const recordProofs: RecordProofs = { checksum: recordChecksum, frameDigest, seal };
