/** The maintenance of an open LevelDB store. */

import type { Maintenance, VerificationReport, VerifyOptions } from "../storage/maintenance.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import type { StorageContext } from "../storage/storage.ts";
import type { CommitQueue } from "./commit/commit-queue.ts";
import { compact, type Database } from "./database.ts";
import type { LevelJournal } from "./level-journal.ts";
import { proofStep } from "./level-storage-options.ts";
import { emptyKey, escapeId, framesOf, snapshotKey, snapshotsOf } from "./records/record-keys.ts";
import type { StoreHealth } from "./session/store-health.ts";
import type { WorkInProgress } from "./session/work-in-progress.ts";

/** What the maintenance of a store works with. */
export interface LevelMaintenanceParts {
  /** The real path of the store. */
  readonly folder: string;
  readonly db: Database;
  readonly queue: CommitQueue;
  readonly journal: LevelJournal;
  readonly snapshots: SnapshotStore;
  readonly health: StoreHealth;
  readonly work: WorkInProgress;
  readonly onWarning: StorageContext["onWarning"];
}

/** See {@link Maintenance}. What few processes ever do is loaded when it is done. */
export class LevelMaintenance implements Maintenance {
  readonly #parts: LevelMaintenanceParts;

  constructor(parts: LevelMaintenanceParts) {
    this.#parts = parts;
  }

  verify(options?: VerifyOptions): Promise<VerificationReport> {
    const { folder, db, queue, health, work } = this.#parts;
    const verified = work.run("verifying", async () => {
      const { verifyStore } = await import("./scrub/verify-store.ts");
      const { highestOffset } = queue;
      return verifyStore({ db, folder, location: health.location, step: proofStep, highestOffset }, options);
    });
    return verified.catch((error: unknown) => {
      options?.signal?.throwIfAborted();
      throw error;
    });
  }

  backup(directory: string): Promise<void> {
    const { folder, queue, work } = this.#parts;
    return work.write("backing up", async () => {
      const { backUp } = await import("./copying/back-up.ts");
      await backUp({ folder, whilePaused: (copy) => queue.whilePaused(copy) }, directory);
    });
  }

  purge(persistenceId: string): Promise<void> {
    const { journal, snapshots, work } = this.#parts;
    return work.write("purging", async () => {
      // What is in a table before it is deleted is gone after the next merge; what is only in memory would be written down with its deletion.
      await this.#compact(persistenceId);
      const saved = await snapshots.list(persistenceId);
      const keys = saved.map(({ sequenceNr }) => snapshotKey(escapeId(persistenceId), sequenceNr));
      // Together: a snapshot that outlived its events would bring the state back.
      await journal.purge(
        persistenceId,
        keys.map((key) => ({ key })),
      );
      // Those of a stream without events, and those that were saved meanwhile.
      await snapshots.deleteMatching(persistenceId, {});
      await this.#compact(persistenceId);
    });
  }

  /** A failure is a matter of space only: what is deleted is deleted, and goes with a later merge. */
  async #compact(persistenceId: string): Promise<void> {
    const { db, queue, health, onWarning } = this.#parts;
    const escapedId = escapeId(persistenceId);
    try {
      for (const { gte, lt } of [framesOf(escapedId), snapshotsOf(escapedId)]) await compact(db, gte, lt);
      // When LevelDB has failed to merge, it says so with the next write only: rather with this one than with somebody's events.
      await queue.change([{ key: emptyKey }]);
    } catch (error) {
      onWarning?.(
        `The space of ${JSON.stringify(persistenceId)} in the store ${health.location} could not be given back yet: ${String(error)}`,
      );
    }
  }
}
