/** The chain of all commits and deletions: each record carries the digest of the record before it and, at its end, of itself. */
import { hash } from "node:crypto";
import { checksumBytes } from "./record.ts";
import type { RecordBytes } from "./record-bytes.ts";

/** Where a chain ends. */
export interface ChainHead {
  /** Of the newest record, in hex; the empty text before the first. */
  readonly digest: string;
  /** The offset of the last event. */
  readonly highestOffset: number;
  /** How many tombstones there are. */
  readonly tombstones: number;
}

/** The end of a chain that has not begun. */
export const noChain: ChainHead = { digest: "", highestOffset: 0, tombstones: 0 };

/** What stands before the digest at the end of a record. */
const sealOpening = ',"d":"';
const sealClosing = '"}';
const digestCharacters = 64;
const sealBytes = sealOpening.length + digestCharacters + sealClosing.length;

/** The SHA-256 of a frame's text, in base64: a third less than in hex of what commits mostly consist of. */
export function frameDigest(text: Uint8Array | string): string {
  return hash("sha256", text, "base64url");
}

/** Closes a record that has all its members but the digest. Returns the digest. */
export function seal(record: RecordBytes): string {
  const digest = hash("sha256", record.textBytes);
  record.text(sealOpening);
  record.text(digest);
  record.text(sealClosing);
  return digest;
}

/** The digest that a stored record ends with; undefined when it is not that of the record. */
export function sealOf(value: Buffer): string | undefined {
  const end = value.length - sealBytes;
  if (end < checksumBytes) return undefined;
  const digest = hash("sha256", value.subarray(checksumBytes, end));
  return value.toString("latin1", end) === sealOpening + digest + sealClosing ? digest : undefined;
}
