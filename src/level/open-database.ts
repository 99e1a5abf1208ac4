/** Opens the LevelDB of a store, or creates it; refuses whatever is not a store of this format, and changes nothing of it. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { StorageCorruptedError, StorageFormatError, StorageLockedError } from "../errors.ts";
import { type Database, databaseAt } from "./database.ts";
import { hasMarker, writeMarker } from "./format-marker.ts";
import { hasCode } from "./level-failure.ts";
import { describeOwner } from "./owner-file.ts";
import { inspectFolder, isThere, remainsIn, syncFolder } from "./store-folder.ts";

/** How LevelDB is opened. */
interface OpenMode {
  readonly createIfMissing: boolean;
  readonly errorIfExists: boolean;
}

const existing: OpenMode = { createIfMissing: false, errorIfExists: false };
const brandNew: OpenMode = { createIfMissing: true, errorIfExists: true };
const evenIfCutShort: OpenMode = { createIfMissing: true, errorIfExists: false };

/**
 * @param folder the real path
 * @param now goes into the marker of a new store
 */
export async function openDatabase(folder: string, location: string, now: number): Promise<Database> {
  if (await hasMarker(folder, location)) {
    if (!(await isThere(join(folder, "CURRENT"))))
      throw new StorageCorruptedError(location, "CURRENT", "it is missing");
    const db = await openIn(folder, location, existing);
    await syncFolder(folder);
    return db;
  }
  const db = await create(folder, location);
  try {
    await syncFolder(folder);
    await writeMarker(folder, now);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Without a marker no open() ever resolved, so nothing was ever acknowledged here: a store without records may be made anew. */
async function create(folder: string, location: string): Promise<Database> {
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
