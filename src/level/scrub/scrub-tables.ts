/** The part of a scrub that reads the tables of LevelDB as files: damage that LevelDB would pass over, or give back as data. */
import { StorageCorruptedError } from "../../errors.ts";
import { tableFault } from "../files/check-table.ts";
import { tableNames } from "../files/level-files.ts";
import { readStoreFile, type StorePlace } from "../files/read-file.ts";
import { readManifest } from "../files/scan-store.ts";
import type { ScrubFindings } from "./scrub-findings.ts";

/** Proves every block of every live table against its checksum. A table that the MANIFEST does not name yet is still being written. */
export async function scrubTables(
  place: StorePlace,
  findings: ScrubFindings,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [number, bytes] of await tablesOf(place, findings)) {
    signal?.throwIfAborted();
    for (const name of tableNames(number)) {
      const file = await tableOrNothing(place, name, bytes);
      const fault = file && tableFault(file);
      if (fault) findings.add(`${name} at offset ${fault.offset}`, fault.problem);
    }
  }
}

async function tablesOf(place: StorePlace, findings: ScrubFindings): Promise<ReadonlyMap<number, number>> {
  try {
    return (await readManifest(place)).tables;
  } catch (error) {
    if (!(error instanceof StorageCorruptedError)) throw error;
    findings.add(error.where, error.problem);
    return new Map();
  }
}

/** LevelDB may have merged it into another one meanwhile. */
async function tableOrNothing(place: StorePlace, name: string, bytes: number): Promise<Buffer | undefined> {
  try {
    return await readStoreFile(place, name, bytes);
  } catch (error) {
    if (error instanceof StorageCorruptedError) return undefined;
    throw error;
  }
}
