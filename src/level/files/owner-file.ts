/** The file `owner.json`, which tells who has the store open. It makes a message useful; the lock is LevelDB's. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { pid } from "node:process";
import { isThere } from "./store-folder.ts";

const ownerFile = "owner.json";

export async function writeOwner(folder: string, now: number): Promise<void> {
  const owner = { pid, host: hostname(), started: new Date(now).toISOString() };
  await writeFile(join(folder, ownerFile), `${JSON.stringify(owner)}\n`);
}

/** Whether somebody has the store open, or had it when it was killed. */
export function hasOwner(folder: string): Promise<boolean> {
  return isThere(join(folder, ownerFile));
}

export async function removeOwner(folder: string): Promise<void> {
  await rm(join(folder, ownerFile), { force: true });
}

/** The owner in words. */
export async function describeOwner(folder: string): Promise<string> {
  try {
    const owner: unknown = JSON.parse(await readFile(join(folder, ownerFile), "utf8"));
    if (typeof owner === "object" && owner !== null && "pid" in owner && "host" in owner && "started" in owner) {
      return `process ${String(owner.pid)} on ${String(owner.host)}, since ${String(owner.started)}`;
    }
  } catch {
    // It may be half written, or not there yet: the lock is held all the same.
  }
  return "another process";
}
