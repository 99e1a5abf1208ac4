/** Fills a new folder under another name and names it at the end: what was cut short is never taken for the whole. */
import { mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { StorageFailedError } from "../../errors.ts";
import { isThere, makeFolder, syncFolder } from "../files/store-folder.ts";

/**
 * @param doing for errors, such as `"backing up"`
 * @throws StorageFailedError when `directory` exists; whatever `fill` throws, and nothing is left of the folder then
 */
export async function fillNewFolder<T>(
  directory: string,
  doing: string,
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const target = resolve(directory);
  await refuseExisting(directory, target, doing);
  const parent = await makeFolder(dirname(target));
  const unfinished = await mkdtemp(join(parent, `.${basename(target)}.unfinished-`));
  try {
    const result = await fill(unfinished);
    await refuseExisting(directory, target, doing);
    await rename(unfinished, target);
    await syncFolder(parent);
    return result;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function refuseExisting(directory: string, target: string, doing: string): Promise<void> {
  if (await isThere(target))
    throw new StorageFailedError(directory, doing, new Error("it exists already; name a new directory"));
}
