/** Copies an open store into a new folder, and proves the copy before it gets its name. */

import { proveStore } from "../scrub/prove-store.ts";
import { copyStoreFiles } from "./copy-store-files.ts";
import { fillNewFolder } from "./new-folder.ts";
import { useFolder } from "./use-store.ts";

/** What is copied. */
export interface BackupSource {
  /** The real path of the store. */
  readonly folder: string;
  /** Runs the copying between two writes. */
  readonly whilePaused: (copy: () => Promise<void>) => Promise<void>;
}

/**
 * The copy is a store like any other. Its tables are hard links where the file system allows it: LevelDB never changes one.
 *
 * @throws StorageFailedError when `directory` exists
 * @throws StorageCorruptedError when the copy has a fault, which the store then has too; nothing is left of the copy
 */
export function backUp({ folder, whilePaused }: BackupSource, directory: string): Promise<void> {
  return fillNewFolder(directory, "backing up", async (copy) => {
    await whilePaused(() => copyStoreFiles(folder, copy));
    await useFolder({ folder: copy, location: directory }, async (store, place) => {
      await proveStore(store, place);
    });
  });
}
