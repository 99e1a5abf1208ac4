/** The file `rekindle.json`, which says that a folder is a store, and of which format. It is written last when a store is created. */
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { StorageCorruptedError, StorageFormatError } from "../../errors.ts";
import { hasCode } from "../level-failure.ts";
import { syncFolder } from "./store-folder.ts";

/** The version of the layout that this code reads and writes. */
export const formatVersion = 1;

/** Its name in the folder of a store. */
export const markerFile = "rekindle.json";

/**
 * Whether the folder has a marker of this format.
 *
 * @throws StorageFormatError when the marker is of another program or another version
 * @throws StorageCorruptedError when it is not readable as a marker
 */
export async function hasMarker(folder: string, location: string): Promise<boolean> {
  const text = await readIfThere(join(folder, markerFile));
  if (text === undefined) return false;
  const { format, version } = parse(text, location);
  if (format !== "rekindle")
    throw new StorageFormatError(location, `its ${markerFile} says that it is a store of ${JSON.stringify(format)}`);
  if (version !== formatVersion) {
    throw new StorageFormatError(
      location,
      `it has format version ${JSON.stringify(version)}, and this program knows version ${formatVersion}`,
    );
  }
  return true;
}

/** Writes the marker durably; from then on the folder is a store. */
export async function writeMarker(folder: string, created: number): Promise<void> {
  const unfinished = join(folder, `${markerFile}.tmp`);
  const handle = await open(unfinished, "w");
  try {
    await handle.writeFile(
      `${JSON.stringify({ format: "rekindle", version: formatVersion, created: new Date(created).toISOString() })}\n`,
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, join(folder, markerFile));
  await syncFolder(folder);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function parse(text: string, location: string): { readonly format: unknown; readonly version: unknown } {
  try {
    const marker: unknown = JSON.parse(text);
    if (typeof marker === "object" && marker !== null && "format" in marker && "version" in marker) return marker;
  } catch (error) {
    throw new StorageCorruptedError(location, markerFile, "it is no JSON", error);
  }
  throw new StorageCorruptedError(location, markerFile, "it names no format and version");
}
