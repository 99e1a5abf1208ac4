/** Copies the files of a store to which nobody writes at the moment; LevelDB itself may still merge tables. */
import { constants, copyFile, link, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { tableNames } from "../files/level-files.ts";
import { readManifest } from "../files/scan-store.ts";
import { syncFolder } from "../files/store-folder.ts";
import { hasCode } from "../level-failure.ts";

/** How often a copy is begun anew because LevelDB changed its tables meanwhile. */
const attemptsMax = 200;

/** How long LevelDB is given to come to rest before the next attempt. */
const restMs = 25;

const tableFile = /\.(ldb|sst)$/;

/** Never opened, or of no use in a copy. */
const leftOut = /^(LOCK|LOG|LOG\.old|owner\.json)$/;

/** @param target an empty folder */
export async function copyStoreFiles(folder: string, target: string): Promise<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const before = await tablesNow(folder);
    if ((await copyOnce(folder, target)) && (await tablesNow(folder)) === before) {
      await syncFolder(target);
      return;
    }
    for (const name of await readdir(target)) await rm(join(target, name), { recursive: true });
    await setTimeout(restMs);
  }
  throw new Error(`LevelDB did not come to rest within ${attemptsMax} attempts`);
}

/** The names of all files, and what CURRENT and the MANIFEST are like: the same twice means that no table came or went in between. */
async function tablesNow(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const manifest = (await readFile(join(folder, "CURRENT"), "utf8")).trim();
  const { size } = await stat(join(folder, manifest));
  return JSON.stringify([names, manifest, size]);
}

/** Whether all files were still there. */
async function copyOnce(folder: string, target: string): Promise<boolean> {
  try {
    const live = await liveTables(folder);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const { name } = entry;
      const isTable = tableFile.test(name);
      if (!entry.isFile() || leftOut.test(name) || (isTable && !live.has(name))) continue;
      await takeOver(join(folder, name), join(target, name), isTable);
    }
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/**
 * The tables that the MANIFEST names. Any other is one that LevelDB is about to write: linked into the copy, it would be written over
 * by the LevelDB that opens the copy, which gives its next table the same number, and so be damaged in the store as well.
 */
async function liveTables(folder: string): Promise<ReadonlySet<string>> {
  const { tables } = await readManifest({ folder, location: folder });
  return new Set([...tables.keys()].flatMap(tableNames));
}

async function takeOver(from: string, to: string, mayLink: boolean): Promise<void> {
  if (mayLink && (await linked(from, to))) return;
  await copyFile(from, to, constants.COPYFILE_EXCL);
  const copy = await open(to, "r+");
  try {
    await copy.sync();
  } finally {
    await copy.close();
  }
}

/** False where there are no hard links, or not between these two folders. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw error;
    return false;
  }
}
