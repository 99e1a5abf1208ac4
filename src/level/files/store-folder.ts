/** The folder of a store: made durably, and judged by what is in it before LevelDB touches it. */
import { type FileHandle, mkdir, open, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { hasCode } from "../level-failure.ts";

/** What a folder without a format marker holds. */
export type FolderContent = "nothing" | "remains" | "data";

/** Files of LevelDB that hold no records: what is left when the creation of a store was cut short. */
const emptyFiles = /^(CURRENT|MANIFEST-\d+|\d+\.dbtmp|LOCK|LOG|LOG\.old)$/;
const logFile = /^\d+\.log$/;
const tableFile = /^\d+\.(ldb|sst)$/;

/** Makes the folder with its parents, each durably in its own parent. Returns its real path: one store has one, however it is spelled. */
export async function makeFolder(location: string): Promise<string> {
  await makeWithParents(resolve(location));
  return realpath(location);
}

/** Not mkdir with `recursive`: Node 20 never comes back from it in a place where nothing can be made, such as /proc. */
async function makeWithParents(folder: string): Promise<void> {
  if (await isThere(folder)) return;
  const parent = dirname(folder);
  await makeWithParents(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  await syncFolder(parent);
}

/** Whether there is something of that name. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await openFolder(folder);
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}

/** Undefined on Windows, which gives no handle on a folder; NTFS keeps names in its own journal. */
async function openFolder(folder: string): Promise<FileHandle | undefined> {
  try {
    return await open(folder, "r");
  } catch (error) {
    if (hasCode(error, "EISDIR") || hasCode(error, "EPERM")) return undefined;
    throw error;
  }
}

/** Judges by names and sizes alone; nothing is opened. */
export async function inspectFolder(folder: string): Promise<FolderContent> {
  let content: FolderContent = "nothing";
  for (const name of await readdir(folder)) {
    if (tableFile.test(name)) return "data";
    if (logFile.test(name)) {
      if ((await stat(join(folder, name))).size > 0) return "data";
      content = "remains";
    } else if (emptyFiles.test(name)) {
      content = "remains";
    }
  }
  return content;
}

/** The names of the files that a cut creation left behind, without the lock. */
export async function remainsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name !== "LOCK" && (emptyFiles.test(name) || logFile.test(name)));
}
