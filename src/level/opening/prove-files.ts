/** Proves the files of a store against each other and against the high-water mark, before LevelDB opens it. */
import { StorageCorruptedError } from "../../errors.ts";
import { tableFault } from "../files/check-table.ts";
import { readMark, type StoredMark } from "../files/high-water-mark.ts";
import { logName } from "../files/level-files.ts";
import { readStoreFile, type StorePlace } from "../files/read-file.ts";
import { type LiveTable, type StoreScan, scanStore } from "../files/scan-store.ts";
import { provedTableBytesMax } from "../level-storage-options.ts";

/** A store whose files are as they should be. */
export interface ProvedFiles {
  readonly mark: StoredMark;
  readonly scan: StoreScan;
}

/**
 * Changes nothing.
 *
 * @throws StorageCorruptedError naming file and offset; StorageFailedError when a file cannot be read
 */
export async function proveFiles(place: StorePlace): Promise<ProvedFiles> {
  const mark = await readMark(place);
  const scan = await scanStore(place);
  assertReaches(place.location, mark, scan);
  await proveTables(place, scan.tables);
  return { mark, scan };
}

/** The last acknowledged write must be in its log, unless that is in tables by now. */
function assertReaches(location: string, mark: StoredMark, { logEnds, oldestLog, torn }: StoreScan): void {
  if (mark.log < oldestLog) return;
  const name = logName(mark.log);
  const end = logEnds.get(mark.log);
  if (end === undefined)
    throw new StorageCorruptedError(location, name, "it is missing, though writes to it are acknowledged");
  if (end >= mark.bytes) return;
  const reason = torn?.name === name ? torn.problem : "it stops there";
  throw new StorageCorruptedError(
    location,
    `${name}, offset ${end}`,
    `${reason}, though it is acknowledged up to ${mark.bytes}`,
  );
}

/** Damage of a table would come back as data, or as keys that are not found. */
async function proveTables(place: StorePlace, tables: readonly LiveTable[]): Promise<void> {
  let bytesLeft = provedTableBytesMax;
  for (const { name, bytes } of tables) {
    bytesLeft -= bytes;
    if (bytesLeft < 0) return;
    const fault = tableFault(await readStoreFile(place, name, bytes));
    if (fault) throw new StorageCorruptedError(place.location, `${name}, offset ${fault.offset}`, fault.problem);
  }
}
