/** Opens a store and puts its parts together; closing takes them apart in the opposite order. */
import type { OpenStorage, StorageContext } from "../storage/storage.ts";
import { CommitQueue } from "./commit-queue.ts";
import type { Database } from "./database.ts";
import { LevelJournal } from "./level-journal.ts";
import { LevelSnapshots } from "./level-snapshots.ts";
import { type LevelSettings, readRecordsMax } from "./level-storage-options.ts";
import { openDatabase } from "./open-database.ts";
import { removeOwner, writeOwner } from "./owner-file.ts";
import { readHead } from "./read-head.ts";
import { lastCommit } from "./read-history.ts";
import { lastSnapshotTime } from "./snapshot-text.ts";
import { makeFolder } from "./store-folder.ts";
import { StoreHealth } from "./store-health.ts";
import { claimStore } from "./store-registry.ts";
import { StreamHeads } from "./stream-heads.ts";
import { WorkInProgress } from "./work-in-progress.ts";

/** A store that is in the making, or open. */
interface StorePlace {
  readonly location: string;
  /** The real path of the location. */
  readonly folder: string;
  readonly db: Database;
  readonly release: () => void;
}

export async function openLevelStore(
  location: string,
  settings: LevelSettings,
  context: StorageContext,
): Promise<OpenStorage> {
  const folder = await makeFolder(location);
  const claim = claimStore(folder, location);
  try {
    const db = await openDatabase(folder, location, context.clock.now());
    try {
      // The place for proving the end of the history against its last known mark.
      return await assemble({ location, folder, db, release: claim.release }, settings, context);
    } catch (error) {
      await db.close();
      throw error;
    }
  } catch (error) {
    claim.release();
    throw error;
  }
}

async function assemble(
  place: StorePlace,
  settings: LevelSettings,
  { clock, onFailure }: StorageContext,
): Promise<OpenStorage> {
  const { location, folder, db } = place;
  const { at, highestOffset } = await lastCommit(db, location);
  const lastTimestamp = await lastSnapshotTime(db, location);
  await writeOwner(folder, clock.now());

  const health = new StoreHealth(location, onFailure);
  const work = new WorkInProgress(health);
  const heads = new StreamHeads((persistenceId) => readHeadNow(db, location, persistenceId), settings.cachedStreamsMax);
  const forgetHeads = (): void => heads.forgetAll();
  const queue = new CommitQueue({ target: db, settings, clock, health, highestOffset, lastCommitAt: at, forgetHeads });
  const step = { records: readRecordsMax, bytes: settings.readBytesMax };
  let closed: Promise<void> | undefined;
  return {
    journal: new LevelJournal({ db, queue, heads, health, work, step }),
    snapshots: new LevelSnapshots({ db, queue, clock, health, work, lastTimestamp }),
    close() {
      health.markClosed();
      closed ??= closeStore(place, work, queue);
      return closed;
    },
  };
}

async function closeStore(
  { folder, db, release }: StorePlace,
  work: WorkInProgress,
  queue: CommitQueue,
): Promise<void> {
  await work.whenIdle();
  await queue.whenSettled();
  try {
    // While the lock is still held: afterwards it could be the file of the next owner.
    await removeOwner(folder);
  } finally {
    await db.close();
    release();
  }
}

async function readHeadNow(db: Database, location: string, persistenceId: string): ReturnType<typeof readHead> {
  const view = db.snapshot();
  try {
    return await readHead(db, location, persistenceId, view);
  } finally {
    await view.close();
  }
}
