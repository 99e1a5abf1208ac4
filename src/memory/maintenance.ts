/** The maintenance of a store in memory: there are no files, so nothing can be damaged from outside, and nothing copied. */
import { StorageFailedError } from "../errors.ts";
import type { Maintenance, StorageFault, VerificationReport, VerifyOptions } from "../storage/maintenance.ts";
import type { JournalData } from "./journal.ts";
import type { SnapshotData } from "./snapshot-store.ts";

/** See {@link Maintenance}. */
export class MemoryMaintenance implements Maintenance {
  readonly #journal: JournalData;
  readonly #snapshots: SnapshotData;
  readonly #assertOpen: (phase: string) => void;

  constructor(journal: JournalData, snapshots: SnapshotData, assertOpen: (phase: string) => void) {
    this.#journal = journal;
    this.#snapshots = snapshots;
    this.#assertOpen = assertOpen;
  }

  /** Checks that every stream runs without a gap to its end, and that the log holds the same events. */
  async verify({ onProgress, signal }: VerifyOptions = {}): Promise<VerificationReport> {
    this.#assertOpen("verifying");
    const { streams, log } = this.#journal;
    const faults: StorageFault[] = [];
    let events = 0;
    let done = 0;
    for (const [persistenceId, { rows, highestSequenceNr }] of streams) {
      signal?.throwIfAborted();
      const first = highestSequenceNr - rows.length + 1;
      for (const [index, row] of rows.entries()) {
        const where = `event ${first + index} of ${JSON.stringify(persistenceId)}`;
        if (row.sequenceNr !== first + index)
          faults.push({ where, problem: `event ${row.sequenceNr} is in its place` });
        if (log[row.offset - 1] !== row) faults.push({ where, problem: "the log has another event at its offset" });
      }
      events += rows.length;
      onProgress?.(++done, streams.size);
    }
    let snapshots = 0;
    for (const rows of this.#snapshots.streams.values()) snapshots += rows.size;
    return {
      ok: faults.length === 0,
      faults,
      streams: streams.size,
      events,
      commits: log.length,
      snapshots,
      highestOffset: log.length,
      headDigest: "",
    };
  }

  async backup(): Promise<void> {
    this.#assertOpen("backing up");
    throw new StorageFailedError("memory", "backing up", new Error("a store in memory has no files to copy"));
  }

  async purge(persistenceId: string): Promise<void> {
    this.#assertOpen("purging");
    this.#snapshots.streams.delete(persistenceId);
    const stream = this.#journal.streams.get(persistenceId);
    if (!stream) return;
    for (const row of stream.rows) this.#journal.log[row.offset - 1] = undefined;
    stream.rows = [];
    stream.purgedTo = stream.highestSequenceNr;
  }
}
