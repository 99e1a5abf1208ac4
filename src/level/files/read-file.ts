/** Reads a file of a store whole, and says of which file and from where when it cannot. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { StorageCorruptedError } from "../../errors.ts";
import { hasCode, storageError } from "../level-failure.ts";

const chunkBytes = 4 * 1024 * 1024;

/** A store and its place on the disk. */
export interface StorePlace {
  /** As the user spells it. */
  readonly location: string;
  /** The real path. */
  readonly folder: string;
}

/**
 * @param bytesMax reads no further than this
 * @throws StorageCorruptedError when it is missing; StorageFailedError naming file and offset when it cannot be read
 */
export async function readStoreFile(
  { folder, location }: StorePlace,
  name: string,
  bytesMax: number = Number.MAX_SAFE_INTEGER,
): Promise<Buffer> {
  let at = 0;
  try {
    const handle = await open(join(folder, name), "r");
    try {
      const { size } = await handle.stat();
      const bytes = Buffer.allocUnsafeSlow(Math.min(size, bytesMax));
      while (at < bytes.length) {
        const { bytesRead } = await handle.read(bytes, at, Math.min(chunkBytes, bytes.length - at), at);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return bytes.subarray(0, at);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw new StorageCorruptedError(location, name, "it is missing", error);
    throw storageError(location, `reading ${name} at offset ${at}`, error);
  }
}
