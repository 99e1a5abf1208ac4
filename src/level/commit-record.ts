/** The record of one commit: `{"at": time, "s": [[persistenceId, first, count, checksum], …]}`, in the order of the offsets. */

/** One stream's share of a commit. */
export interface CommittedFrame {
  readonly persistenceId: string;
  readonly first: number;
  readonly count: number;
  readonly checksum: number;
}

/** A commit record out of its JSON; undefined when it is none. */
export function parseCommit(
  json: unknown,
): { readonly at: number; readonly frames: readonly CommittedFrame[] } | undefined {
  if (typeof json !== "object" || json === null || !("at" in json) || !("s" in json)) return undefined;
  const { at, s } = json;
  if (typeof at !== "number" || !Array.isArray(s)) return undefined;
  const frames: CommittedFrame[] = [];
  for (const entry of s) {
    const frame = parseFrameEntry(entry);
    if (!frame) return undefined;
    frames.push(frame);
  }
  return frames.length > 0 ? { at, frames } : undefined;
}

function parseFrameEntry(entry: unknown): CommittedFrame | undefined {
  if (!Array.isArray(entry)) return undefined;
  const [persistenceId, first, count, checksum]: unknown[] = entry;
  if (typeof persistenceId !== "string" || typeof first !== "number" || typeof count !== "number") return undefined;
  return typeof checksum === "number" && count > 0 ? { persistenceId, first, count, checksum } : undefined;
}
