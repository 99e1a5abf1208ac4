/** Opens the LevelDB of a store so that damage is found before it can spread, and nothing that was there is lost; or creates it. */
import { join } from "node:path";
import { StorageCorruptedError, StorageLockedError } from "../../errors.ts";
import type { StorageContext } from "../../storage/storage.ts";
import { DurableTarget } from "../commit/durable-target.ts";
import { LogInUse } from "../commit/log-in-use.ts";
import { MarkKeeper } from "../commit/mark-keeper.ts";
import type { BatchTarget, Database } from "../database.ts";
import { hasMarker, writeMarker } from "../files/format-marker.ts";
import { type HighWaterMark, readMark } from "../files/high-water-mark.ts";
import { currentFile } from "../files/level-files.ts";
import { describeOwner, hasOwner, removeOwner, writeOwner } from "../files/owner-file.ts";
import type { StorePlace } from "../files/read-file.ts";
import { isThere, syncFolder } from "../files/store-folder.ts";
import type { LevelSettings } from "../level-storage-options.ts";
import { createDatabase, isLocked, openExisting } from "./open-database.ts";
import { type HistoryEnd, proveChange, proveEnd } from "./prove-end.ts";
import { type ProvedFiles, proveFiles } from "./prove-files.ts";
import { dropAllAside, dropAside, type FilesAside, foldersAside, isBeingOpened, setAside } from "./set-aside.ts";

/** A LevelDB that is open, with a history that is proved to its end. */
export interface VerifiedDatabase extends HistoryEnd {
  readonly db: Database;
  /** The only way to write to it. */
  readonly target: BatchTarget;
  /** To be called once nothing is written any more, whether or not the last write failed. */
  close(): Promise<void>;
}

/** What a failed opening closes. */
interface Closable {
  close(): Promise<void>;
}

/**
 * Opens what is in the folder, or makes a store in it. Can be called again after it failed, and after the result was closed.
 *
 * @throws StorageCorruptedError, StorageFormatError, StorageLockedError, or an error of LevelDB or of the file system
 */
export async function openVerified(
  place: StorePlace,
  settings: LevelSettings,
  context: StorageContext,
): Promise<VerifiedDatabase> {
  const { folder, location } = place;
  if (!(await hasMarker(folder, location))) return create(place, settings, context);
  if (!(await isThere(join(folder, currentFile))))
    throw new StorageCorruptedError(location, currentFile, "it is missing");
  const { aside, ...proved } = await prepareUnlessLocked(place);
  const db = await openOrDrop(place, aside);
  let open: Closable = db;
  try {
    await writeOwner(folder, context.clock.now());
    const end = await proveOpened(place, db, proved);
    const store = await keepMark(place, settings, context, db, end, proved.mark.generation);
    open = store;
    warn(context, location, proved);
    await dropAllAside(folder);
    return store;
  } catch (error) {
    // An owner file that stays is only a wrong name in a message; a handle that stays is a lock.
    await removeOwner(folder).catch(() => undefined);
    await open.close();
    throw withAside(place, aside.name, error);
  }
}

/** Another process may have the store open: then its files come and go while they are read. */
async function prepareUnlessLocked(place: StorePlace): Promise<ProvedFiles & { readonly aside: FilesAside }> {
  const { folder, location } = place;
  try {
    const proved = await proveFiles(place);
    return { ...proved, aside: await setAside(folder) };
  } catch (error) {
    // LevelDB is not asked without a reason: it leaves traces.
    const mayBeOpen = (await hasOwner(folder)) || (await isBeingOpened(folder));
    if (mayBeOpen && (await isLocked(folder)))
      throw new StorageLockedError(location, await describeOwner(folder), error);
    const [aside] = await foldersAside(folder);
    throw aside === undefined ? error : withAside(place, aside, error);
  }
}

async function openOrDrop(place: StorePlace, { name, isNew }: FilesAside): Promise<Database> {
  try {
    return await openExisting(place);
  } catch (error) {
    // LevelDB deletes nothing before it has opened.
    if (isNew) await dropAside(place.folder, name);
    throw error;
  }
}

async function proveOpened(place: StorePlace, db: Database, { mark, scan }: ProvedFiles): Promise<HistoryEnd> {
  const { location } = place;
  const { generation } = await readMark(place);
  if (generation !== mark.generation)
    throw new StorageLockedError(location, "another process, which had it open a moment ago");
  const end = await proveEnd(db, location, { markedOrdinal: mark.ordinal, firstOrdinal: scan.firstOrdinal });
  if (scan.lastChange) await proveChange(db, location, scan.lastChange);
  return end;
}

async function create(place: StorePlace, settings: LevelSettings, context: StorageContext): Promise<VerifiedDatabase> {
  const db = await createDatabase(place);
  let open: Closable = db;
  try {
    const now = context.clock.now();
    await writeOwner(place.folder, now);
    const store = await keepMark(place, settings, context, db, { highestOffset: 0, lastCommitAt: 0 }, 0);
    open = store;
    await writeMarker(place.folder, now);
    return store;
  } catch (error) {
    // An owner file that stays is only a wrong name in a message; a handle that stays is a lock.
    await removeOwner(place.folder).catch(() => undefined);
    await open.close();
    throw error;
  }
}

/** Makes the names of the files durable, and begins to keep the mark. */
async function keepMark(
  { folder, location }: StorePlace,
  { durability, strictTail }: LevelSettings,
  { clock, onWarning }: StorageContext,
  db: Database,
  end: HistoryEnd,
  generation: number,
): Promise<VerifiedDatabase> {
  await syncFolder(folder);
  const log = await LogInUse.find(folder);
  const mark: HighWaterMark = { ordinal: end.highestOffset, log: log.number, bytes: log.bytes };
  const keeper = await MarkKeeper.start(folder, clock, mark, generation).catch(async (error: unknown) => {
    await log.close();
    throw error;
  });
  return {
    ...end,
    db,
    target: new DurableTarget({ db, log, keeper, strictTail }),
    async close() {
      try {
        if (durability !== "sync") await log.sync();
        await keeper.close();
      } catch (error) {
        // What is acknowledged is durable; only the mark is an older one.
        onWarning?.(`The high-water mark of ${location} could not be written: ${String(error)}`);
      } finally {
        // Whatever became of the mark: a handle that nobody closes is closed by the garbage collector, with a warning.
        await log.close().finally(() => db.close());
      }
    },
  };
}

function warn({ onWarning }: StorageContext, location: string, { mark, scan }: ProvedFiles): void {
  const { torn } = scan;
  if (mark.damagedSlot)
    onWarning?.(
      `The store ${location} has a damaged ${mark.damagedSlot}; the other slot was used, and both are new now.`,
    );
  if (torn && torn.bytes > 0) {
    onWarning?.(
      `The store ${location} was not closed: the last ${torn.bytes} bytes of ${torn.name}, from offset ${torn.offset}, are a write that was cut off before it was acknowledged (${torn.problem}). They were dropped.`,
    );
  }
}

function withAside({ location, folder }: StorePlace, aside: string, error: unknown): unknown {
  if (!(error instanceof StorageCorruptedError)) return error;
  const { where, problem } = error;
  const note = `the files as they were before an opening are in ${join(folder, aside)}`;
  return new StorageCorruptedError(location, where, `${problem} (${note})`, error);
}
