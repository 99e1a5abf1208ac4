/** The record of one deletion: `{"p": digest before, "at": time, "o": offset, "id": persistenceId, "to": number, "x"?: 1, "r"?: rest, "d": digest}`. */
import type { RecordBytes } from "./record-bytes.ts";

/** A frame that was stored again without its beginning. */
export interface RestOfFrame {
  readonly checksum: number;
  readonly digest: string;
}

/** What a deletion leaves behind: which events are gone on purpose. */
export interface Tombstone {
  readonly persistenceId: string;
  /** The last deleted sequence number. */
  readonly deletedTo: number;
  /** Whether the whole stream was taken out, state and all. */
  readonly purge: boolean;
  /** The frame that begins after it, when the deletion cut one in two. */
  readonly rest?: RestOfFrame | undefined;
}

/** A tombstone at its place in the chain. */
export interface StoredTombstone extends Tombstone {
  readonly previous: string;
  /** The offset of the last event before the deletion. */
  readonly afterOffset: number;
}

/** Writes all members but the digest at the end. */
export function writeTombstone(record: RecordBytes, tombstone: StoredTombstone, timestamp: number): void {
  const { previous, afterOffset, persistenceId, deletedTo, purge, rest } = tombstone;
  const purgeMember = purge ? ',"x":1' : "";
  const restMember = rest ? `,"r":[${rest.checksum},"${rest.digest}"]` : "";
  record.text(
    `{"p":"${previous}","at":${timestamp},"o":${afterOffset},"id":${JSON.stringify(persistenceId)},"to":${deletedTo}${purgeMember}${restMember}`,
  );
}

/** A tombstone out of its JSON; undefined when it is none. */
export function parseTombstone(json: unknown): StoredTombstone | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  if (!("p" in json && "o" in json && "id" in json && "to" in json)) return undefined;
  const { p: previous, o: afterOffset, id: persistenceId, to: deletedTo } = json;
  if (typeof previous !== "string" || typeof afterOffset !== "number") return undefined;
  if (typeof persistenceId !== "string" || typeof deletedTo !== "number") return undefined;
  const rest = "r" in json ? parseRest(json.r) : undefined;
  return { previous, afterOffset, persistenceId, deletedTo, purge: "x" in json && json.x === 1, rest };
}

function parseRest(json: unknown): RestOfFrame | undefined {
  if (!Array.isArray(json)) return undefined;
  const [checksum, digest]: unknown[] = json;
  return typeof checksum === "number" && typeof digest === "string" ? { checksum, digest } : undefined;
}
