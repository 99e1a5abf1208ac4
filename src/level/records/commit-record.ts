/** The record of one commit: `{"p": digest before, "at": time, "s": [[persistenceId, first, count, checksum, digest], …], "d": digest}`, in the order of the offsets. */

/** One stream's share of a commit. */
export interface CommittedFrame {
  readonly persistenceId: string;
  readonly first: number;
  readonly count: number;
  readonly checksum: number;
  /** The SHA-256 of the frame's text. */
  readonly digest: string;
}

/** What a commit record says. */
export interface CommitRecord {
  /** The digest of the record before it in the chain. */
  readonly previous: string;
  readonly at: number;
  readonly frames: readonly CommittedFrame[];
}

/** A commit record out of its JSON; undefined when it is none. */
export function parseCommit(json: unknown): CommitRecord | undefined {
  if (typeof json !== "object" || json === null || !("p" in json && "at" in json && "s" in json)) return undefined;
  const { p: previous, at, s } = json;
  if (typeof previous !== "string" || typeof at !== "number" || !Array.isArray(s)) return undefined;
  const frames: CommittedFrame[] = [];
  for (const entry of s) {
    const frame = parseFrameEntry(entry);
    if (!frame) return undefined;
    frames.push(frame);
  }
  return frames.length > 0 ? { previous, at, frames } : undefined;
}

function parseFrameEntry(entry: unknown): CommittedFrame | undefined {
  if (!Array.isArray(entry)) return undefined;
  const [persistenceId, first, count, checksum, digest]: unknown[] = entry;
  if (typeof persistenceId !== "string" || typeof first !== "number" || typeof count !== "number") return undefined;
  if (typeof checksum !== "number" || typeof digest !== "string") return undefined;
  return count > 0 ? { persistenceId, first, count, checksum, digest } : undefined;
}
