/** Opens a store and puts its parts together; closing takes them apart in the opposite order. */
import { StorageCorruptedError } from "../errors.ts";
import type { OpenStorage, StorageContext } from "../storage/storage.ts";
import { CommitQueue } from "./commit/commit-queue.ts";
import { StreamHeads } from "./commit/stream-heads.ts";
import type { Database } from "./database.ts";
import { hasMarker, markerFile } from "./files/format-marker.ts";
import { removeOwner } from "./files/owner-file.ts";
import { makeFolder } from "./files/store-folder.ts";
import { LevelJournal } from "./level-journal.ts";
import { LevelMaintenance } from "./level-maintenance.ts";
import { LevelSnapshots } from "./level-snapshots.ts";
import { type LevelSettings, readRecordsMax } from "./level-storage-options.ts";
import { LevelViews } from "./level-views.ts";
import { readChainHead } from "./opening/chain-head.ts";
import { openVerified, type VerifiedDatabase } from "./opening/open-verified.ts";
import { claimStore } from "./opening/store-registry.ts";
import { lookUpStreams } from "./reading/look-up-streams.ts";
import { readHead } from "./reading/read-head.ts";
import { emptyKey } from "./records/record-keys.ts";
import { lastSnapshotTime } from "./records/snapshot-text.ts";
import { readLasting } from "./session/lasting-reads.ts";
import { ReopeningJournal } from "./session/reopening-journal.ts";
import { ReopeningMaintenance } from "./session/reopening-maintenance.ts";
import { ReopeningSnapshots } from "./session/reopening-snapshots.ts";
import { ReopeningStore, type StoreSession } from "./session/reopening-store.ts";
import { ReopeningViews } from "./session/reopening-views.ts";
import { StoreHealth } from "./session/store-health.ts";
import { WorkInProgress } from "./session/work-in-progress.ts";

/** A database that is open, and where. */
interface StoreInUse {
  readonly location: string;
  /** The real path of the location. */
  readonly folder: string;
  readonly opened: VerifiedDatabase;
}

export async function openLevelStore(
  location: string,
  settings: LevelSettings,
  context: StorageContext,
): Promise<OpenStorage> {
  const folder = await makeFolder(location);
  const claim = claimStore(folder, location);
  try {
    const store = await ReopeningStore.open({
      location,
      context,
      open: (sessionContext) => openSession(folder, location, settings, sessionContext),
      async assertReopenable() {
        claim.assertUnlocked();
        // Without its marker it would be made anew, and be empty.
        if (!(await hasMarker(folder, location)))
          throw new StorageCorruptedError(location, markerFile, "it is missing");
      },
      release: claim.release,
    });
    return {
      journal: new ReopeningJournal(store),
      snapshots: new ReopeningSnapshots(store),
      maintenance: new ReopeningMaintenance(store),
      views: new ReopeningViews(store),
      untouched: (persistenceIds) =>
        readLasting(store, "looking for streams", (session) => session.untouched(persistenceIds)),
      forget: (persistenceId) => store.session.forget(persistenceId),
      close: () => store.close(),
    };
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** Opens the database, the first time and after each outage. */
async function openSession(
  folder: string,
  location: string,
  settings: LevelSettings,
  context: StorageContext,
): Promise<StoreSession> {
  const opened = await openVerified({ folder, location }, settings, context);
  try {
    if (settings.verifyOnOpen) {
      const { proveStore } = await import("./scrub/prove-store.ts");
      await proveStore(opened, { folder, location });
    }
    return await assemble({ location, folder, opened }, settings, context);
  } catch (error) {
    // An owner file that stays is only a wrong name in a message; a handle that stays is a lock.
    await removeOwner(folder).catch(() => undefined);
    await opened.close();
    throw error;
  }
}

async function assemble(
  place: StoreInUse,
  settings: LevelSettings,
  { clock, onFailure, onWarning }: StorageContext,
): Promise<StoreSession> {
  const { location, folder, opened } = place;
  const { db, target, highestOffset, lastCommitAt } = opened;
  const lastTimestamp = await lastSnapshotTime(db, location);

  const health = new StoreHealth(location, onFailure);
  const work = new WorkInProgress(health);
  const step = { records: readRecordsMax, bytes: settings.readBytesMax };
  const source = {
    read: (persistenceId: string) => readHeadNow(db, location, persistenceId),
    lookUp: (persistenceIds: readonly string[]) => lookUpStreams(db, location, persistenceIds, step),
  };
  const heads = new StreamHeads(source, settings.cachedStreamsMax);
  const forgetHeads = (): void => heads.forgetAll();
  const chain = await readChainHead(db, location);
  const queue = new CommitQueue({ target, chain, settings, clock, health, highestOffset, lastCommitAt, forgetHeads });
  let closed: Promise<void> | undefined;
  const journal = new LevelJournal({ db, queue, heads, health, work, step });
  const snapshots = new LevelSnapshots({ db, queue, heads, clock, health, work, lastTimestamp });
  return {
    journal,
    snapshots,
    untouched: (persistenceIds) => journal.untouched(persistenceIds),
    forget: (persistenceId) => heads.forget(persistenceId),
    views: new LevelViews({ db, queue, heads, health, work, step }),
    maintenance: new LevelMaintenance({ folder, db, queue, journal, snapshots, health, work, onWarning }),
    tryWrite() {
      const batch = target.batch();
      batch.del(emptyKey);
      return batch.write({ sync: settings.durability === "sync", lastOrdinal: highestOffset });
    },
    close() {
      health.markClosed();
      closed ??= closeStore(place, work, queue);
      return closed;
    },
  };
}

async function closeStore({ folder, opened }: StoreInUse, work: WorkInProgress, queue: CommitQueue): Promise<void> {
  await work.whenIdle();
  await queue.whenSettled();
  try {
    // While the lock is still held: afterwards it could be the file of the next owner.
    await removeOwner(folder);
  } finally {
    await opened.close();
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
