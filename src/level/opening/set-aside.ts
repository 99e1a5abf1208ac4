/** Keeps the files of a store beside it, as hard links, while LevelDB opens them: it turns logs into tables and deletes them, whatever it could read of them. */
import { copyFile, link, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { markFile } from "../files/high-water-mark.ts";
import { holdsRecords } from "../files/level-files.ts";
import { syncFolder } from "../files/store-folder.ts";
import { hasCode } from "../level-failure.ts";

/** Two at the same time, of which LevelDB will refuse one, must not meet: each folder has a name of its own. */
const asidePrefix = "before-opening-";
const unfinishedPrefix = "unfinished-";
/** What mkdtemp makes. */
const uniqueCharacters = 6;

/** Where the files are. */
export interface FilesAside {
  readonly name: string;
  /** Whether it was made now; if not, by an opening that did not come to its end. */
  readonly isNew: boolean;
}

export async function setAside(folder: string): Promise<FilesAside> {
  for (const name of await foldersAside(folder)) {
    // It may have been that opening which lost something; but only if nothing was written since.
    if (await hasSameMark(folder, name)) return { name, isNew: false };
  }
  const unfinished = await mkdtemp(join(folder, unfinishedPrefix + asidePrefix));
  try {
    return { name: await fill(folder, unfinished), isNew: true };
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function fill(folder: string, unfinished: string): Promise<string> {
  for (const name of await readdir(folder)) {
    if (holdsRecords(name)) await linkOrCopy(join(folder, name), join(unfinished, name));
  }
  // Not linked: this one is written in place.
  await copyFile(join(folder, markFile), join(unfinished, markFile));
  await syncFolder(unfinished);
  const name = asidePrefix + unfinished.slice(-uniqueCharacters);
  await rename(unfinished, join(folder, name));
  await syncFolder(folder);
  return name;
}

async function hasSameMark(folder: string, name: string): Promise<boolean> {
  const now = await readFile(join(folder, markFile));
  try {
    return now.equals(await readFile(join(folder, name, markFile)));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** The folders of openings that did not come to their end. */
export async function foldersAside(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith(asidePrefix)).toSorted();
}

/** Whether an opening is under way, or one did not come to its end. */
export async function isBeingOpened(folder: string): Promise<boolean> {
  return (await readdir(folder)).some(isAside);
}

export async function dropAside(folder: string, name: string): Promise<void> {
  await rm(join(folder, name), { recursive: true, force: true });
}

/** To be called by who has the lock, once everything is proved. */
export async function dropAllAside(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (isAside(name)) await dropAside(folder, name);
  }
}

function isAside(name: string): boolean {
  return name.startsWith(asidePrefix) || name.startsWith(unfinishedPrefix + asidePrefix);
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const impossible = ["EPERM", "ENOTSUP", "ENOSYS", "EMLINK"].some((code) => hasCode(error, code));
    if (!impossible) throw error;
    await copyFile(from, to);
  }
}
