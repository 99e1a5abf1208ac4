/** The part of a scrub that reads the tables of LevelDB as files: damage that LevelDB would pass over, or give back as data. */
import { readdir } from "node:fs/promises";
import { StorageCorruptedError } from "../errors.ts";
import { tableFault } from "./check-table.ts";
import { readStoreFile, type StorePlace } from "./read-file.ts";
import type { ScrubFindings } from "./scrub-findings.ts";

const tableFile = /^\d+\.(ldb|sst)$/;

/** Proves every block of every table against its checksum. */
export async function scrubTables(
  place: StorePlace,
  findings: ScrubFindings,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const name of await readdir(place.folder)) {
    if (!tableFile.test(name)) continue;
    signal?.throwIfAborted();
    const file = await tableOrNothing(place, name);
    const fault = file && tableFault(file);
    if (fault) findings.add(`${name} at offset ${fault.offset}`, fault.problem);
  }
}

/** LevelDB may have merged it into another one meanwhile. */
async function tableOrNothing(place: StorePlace, name: string): Promise<Buffer | undefined> {
  try {
    return await readStoreFile(place, name);
  } catch (error) {
    if (error instanceof StorageCorruptedError) return undefined;
    throw error;
  }
}
