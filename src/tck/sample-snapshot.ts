/** The snapshots that the suites save. */
import { encodeJson } from "../codec/encode-json.ts";
import type { SnapshotRecord } from "../storage/snapshot-store.ts";

/** A snapshot without metadata. */
export function sampleSnapshot(persistenceId: string, sequenceNr: number, state: unknown): SnapshotRecord {
  return { persistenceId, sequenceNr, schemaVersion: 1, state: encodeJson(state, "sample snapshot") };
}
