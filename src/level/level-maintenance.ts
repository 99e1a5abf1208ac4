/** The maintenance of an open LevelDB store. */

import type { Journal } from "../storage/journal.ts";
import type { Maintenance, VerificationReport, VerifyOptions } from "../storage/maintenance.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import { backUp } from "./back-up.ts";
import type { CommitQueue } from "./commit-queue.ts";
import { compact, type Database } from "./database.ts";
import { proofStep } from "./level-storage-options.ts";
import { escapeId, framesOf, snapshotsOf } from "./record-keys.ts";
import type { StoreHealth } from "./store-health.ts";
import { verifyStore } from "./verify-store.ts";
import type { WorkInProgress } from "./work-in-progress.ts";

/** What the maintenance of a store works with. */
export interface LevelMaintenanceParts {
  /** The real path of the store. */
  readonly folder: string;
  readonly db: Database;
  readonly queue: CommitQueue;
  readonly journal: Journal;
  readonly snapshots: SnapshotStore;
  readonly health: StoreHealth;
  readonly work: WorkInProgress;
}

/** See {@link Maintenance}. */
export class LevelMaintenance implements Maintenance {
  readonly #parts: LevelMaintenanceParts;

  constructor(parts: LevelMaintenanceParts) {
    this.#parts = parts;
  }

  verify(options?: VerifyOptions): Promise<VerificationReport> {
    const { folder, db, queue, health, work } = this.#parts;
    const verified = work.run("verifying", () =>
      verifyStore(
        { db, folder, location: health.location, step: proofStep, highestOffset: queue.highestOffset },
        options,
      ),
    );
    return verified.catch((error: unknown) => {
      options?.signal?.throwIfAborted();
      throw error;
    });
  }

  backup(directory: string): Promise<void> {
    const { folder, queue, work } = this.#parts;
    return work.write("backing up", () =>
      backUp({ folder, whilePaused: (copy) => queue.whilePaused(copy) }, directory),
    );
  }

  purge(persistenceId: string): Promise<void> {
    const { db, journal, snapshots, work } = this.#parts;
    return work.write("purging", async () => {
      const escapedId = escapeId(persistenceId);
      // What is in a table before it is deleted is gone after the next merge; what is only in memory would be written down with its deletion.
      await compactRanges(db, escapedId);
      // Snapshots first: after a crash in between, the events still tell the whole state.
      await snapshots.deleteMatching(persistenceId, {});
      await journal.deleteTo(persistenceId, Number.POSITIVE_INFINITY);
      await compactRanges(db, escapedId);
    });
  }
}

/** The ranges of a stream's content. */
async function compactRanges(db: Database, escapedId: string): Promise<void> {
  for (const { gte, lt } of [framesOf(escapedId), snapshotsOf(escapedId)]) await compact(db, gte, lt);
}
