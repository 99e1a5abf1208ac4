/** Opens an existing store for as long as a task takes: what the tools work with. */
import { realpath, stat } from "node:fs/promises";
import { systemClock } from "../../clock.ts";
import { StorageFormatError } from "../../errors.ts";
import { hasMarker } from "../files/format-marker.ts";
import { removeOwner } from "../files/owner-file.ts";
import type { StorePlace } from "../files/read-file.ts";
import { hasCode, storageError } from "../level-failure.ts";
import { resolveOptions } from "../level-storage-options.ts";
import { openVerified, type VerifiedDatabase } from "../opening/open-verified.ts";
import { claimStore } from "../opening/store-registry.ts";

/** @throws StorageFormatError when there is no store */
export async function findStore(location: string): Promise<StorePlace> {
  const place = await findFolder(location);
  if (!(await hasMarker(place.folder, location)))
    throw new StorageFormatError(location, "it holds no rekindle store (there is no rekindle.json)");
  return place;
}

/** @throws StorageFormatError when there is no such directory */
export async function findFolder(location: string): Promise<StorePlace> {
  try {
    if (!(await stat(location)).isDirectory()) throw new StorageFormatError(location, "it is no directory");
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw new StorageFormatError(location, "there is no such directory");
    throw storageError(location, "looking for it", error);
  }
  return { folder: await realpath(location), location };
}

/** @throws StorageFormatError when there is no store, and whatever opening it throws */
export async function useStore<T>(
  location: string,
  task: (store: VerifiedDatabase, place: StorePlace) => Promise<T>,
): Promise<T> {
  const place = await findStore(location);
  const claim = claimStore(place.folder, location);
  try {
    return await useFolder(place, task);
  } finally {
    claim.release();
  }
}

/** Like {@link useStore}, for a folder that nobody else knows of; makes a store in it when it is empty. */
export async function useFolder<T>(
  place: StorePlace,
  task: (store: VerifiedDatabase, place: StorePlace) => Promise<T>,
): Promise<T> {
  const context = { clock: systemClock, onFailure: () => undefined };
  try {
    const store = await openVerified(place, resolveOptions({}), context);
    try {
      return await task(store, place);
    } finally {
      await removeOwner(place.folder);
      await store.close();
    }
  } catch (error) {
    throw storageError(place.location, "working on it", error);
  }
}

/**
 * Opens nothing.
 *
 * @throws StorageFormatError when there is no store at `location`, or one of another program or version
 */
export async function assertStore(location: string): Promise<void> {
  await findStore(location);
}
