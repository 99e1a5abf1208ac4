/** Opens the LevelDB of a store, or creates it; refuses whatever is not a store of this format, and changes nothing of it. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { StorageFormatError, StorageLockedError } from "../../errors.ts";
import { type Database, databaseAt } from "../database.ts";
import { describeOwner } from "../files/owner-file.ts";
import type { StorePlace } from "../files/read-file.ts";
import { inspectFolder, remainsIn } from "../files/store-folder.ts";
import { hasCode } from "../level-failure.ts";

/** How LevelDB is opened. */
interface OpenMode {
  readonly createIfMissing: boolean;
  readonly errorIfExists: boolean;
}

const existing: OpenMode = { createIfMissing: false, errorIfExists: false };
const brandNew: OpenMode = { createIfMissing: true, errorIfExists: true };
const refused: OpenMode = { createIfMissing: false, errorIfExists: true };
const evenIfCutShort: OpenMode = { createIfMissing: true, errorIfExists: false };

/** Opens the LevelDB of a store that has been proved. */
export function openExisting({ folder, location }: StorePlace): Promise<Database> {
  return openIn(folder, location, existing);
}

/** Whether another process has the store open. Nothing is opened: LevelDB takes its lock first, and then finds that the store exists. */
export async function isLocked(folder: string): Promise<boolean> {
  const db = databaseAt(folder);
  try {
    await db.open(refused);
  } catch (error) {
    return hasCode(error, "LEVEL_LOCKED");
  }
  await db.close();
  return false;
}

/** Without a marker no open() ever resolved, so nothing was ever acknowledged here: a store without records may be made anew. */
export async function createDatabase({ folder, location }: StorePlace): Promise<Database> {
  switch (await inspectFolder(folder)) {
    case "data":
      throw new StorageFormatError(
        location,
        "it holds a LevelDB of another program (there are records, but no rekindle.json)",
      );
    case "nothing":
      return await openIn(folder, location, brandNew);
    case "remains":
      return await startOver(folder, location);
  }
}

async function startOver(folder: string, location: string): Promise<Database> {
  try {
    return await openIn(folder, location, evenIfCutShort);
  } catch (error) {
    if (error instanceof StorageLockedError) throw error;
    // LevelDB had the lock and could not read what is there: nobody is creating this store at the moment.
    for (const name of await remainsIn(folder)) await rm(join(folder, name));
    return await openIn(folder, location, brandNew);
  }
}

async function openIn(folder: string, location: string, mode: OpenMode): Promise<Database> {
  const db = databaseAt(folder);
  try {
    await db.open(mode);
    return db;
  } catch (error) {
    if (hasCode(error, "LEVEL_LOCKED")) throw new StorageLockedError(location, await describeOwner(folder), error);
    throw error;
  }
}
