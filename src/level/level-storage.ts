/** The LevelDB backend as a storage: opening, and what is open. */
import type { OpenStorage, Storage, StorageContext } from "../storage/storage.ts";
import { storageError } from "./level-failure.ts";
import { type LevelStorageOptions, resolveOptions } from "./level-storage-options.ts";
import { openLevelStore } from "./open-level-store.ts";

/**
 * A store in the folder `location`, which is made when it is missing. One process at a time can have it open.
 *
 * @throws TypeError when the location or an option is wrong
 */
export function levelStorage(location: string, options: LevelStorageOptions = {}): Storage {
  if (typeof location !== "string" || location === "" || location.includes("\0")) {
    throw new TypeError(
      `The location of a store must be a non-empty string without NUL, not ${JSON.stringify(location)}`,
    );
  }
  const settings = resolveOptions(options);
  return {
    description: `level:${location}`,
    async open(context: StorageContext): Promise<OpenStorage> {
      try {
        return await openLevelStore(location, settings, context);
      } catch (error) {
        throw storageError(location, "opening", error);
      }
    },
  };
}
