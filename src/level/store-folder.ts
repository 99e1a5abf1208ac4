/** The folder of a store: made durably, and judged by what is in it before LevelDB touches it. */
import { mkdir, open, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What a folder without a format marker holds. */
export type FolderContent = "nothing" | "remains" | "data";

/** Files of LevelDB that hold no records: what is left when the creation of a store was cut short. */
const emptyFiles = /^(CURRENT|MANIFEST-\d+|\d+\.dbtmp|LOCK|LOG|LOG\.old)$/;
const logFile = /^\d+\.log$/;
const tableFile = /^\d+\.(ldb|sst)$/;

/** Makes the folder with its parents, each durably in its own parent. Returns its real path: one store has one, however it is spelled. */
export async function makeFolder(location: string): Promise<string> {
  const firstMade = await mkdir(location, { recursive: true });
  const folder = await realpath(location);
  if (firstMade === undefined) return folder;
  const top = dirname(await realpath(firstMade));
  for (let parent = dirname(folder); ; parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent === top || parent === dirname(parent)) return folder;
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
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
