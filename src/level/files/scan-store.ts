/** Looks through CURRENT, the MANIFEST, the tables' sizes and the logs before LevelDB does, which would pass over damage and delete it. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { StorageCorruptedError } from "../../errors.ts";
import { hasCode, storageError } from "../level-failure.ts";
import { currentFile, logName, logNumberOf, manifestName, tableNames } from "./level-files.ts";
import { readLog } from "./log-records.ts";
import { type Manifest, ManifestEdits } from "./manifest.ts";
import { readStoreFile, type StorePlace } from "./read-file.ts";
import { type ScannedLogs, scanLogs } from "./scan-logs.ts";

/** What is in the files of a store. */
export interface StoreScan extends ScannedLogs {
  /** The files of the live tables with their recorded sizes, the newest first. */
  readonly tables: readonly LiveTable[];
  /** The oldest log that is in no table yet. */
  readonly oldestLog: number;
}

/** A table that the MANIFEST names. */
export interface LiveTable {
  readonly name: string;
  readonly bytes: number;
}

/**
 * Changes nothing.
 *
 * @throws StorageCorruptedError naming file and offset; StorageFailedError when a file cannot be read
 */
export async function scanStore(place: StorePlace): Promise<StoreScan> {
  const manifest = await readManifest(place);
  const tables = await findTables(place, manifest);
  const numbers = await liveLogs(place, manifest);
  return { tables, oldestLog: manifest.logNumber, ...(await scanLogs(place, numbers, manifest.lastSequence)) };
}

/** @throws StorageCorruptedError naming file and offset; StorageFailedError when a file cannot be read */
export async function readManifest(place: StorePlace): Promise<Manifest> {
  const current = (await readStoreFile(place, currentFile)).toString("latin1");
  const name = current.slice(0, -1);
  if (!current.endsWith("\n") || !manifestName.test(name))
    throw new StorageCorruptedError(place.location, currentFile, "it names no MANIFEST");
  const { records, end, broken } = readLog(await readStoreFile(place, name));
  // The end may be torn: an edit counts, and files go, only when it was synced.
  if (broken?.followedBy !== undefined)
    throw new StorageCorruptedError(place.location, `${name}, offset ${broken.offset}`, broken.problem);
  const edits = new ManifestEdits();
  let offset = 0;
  try {
    for (const record of records) {
      offset = record.offset;
      edits.add(record.bytes);
    }
    offset = end;
    return edits.result();
  } catch (error) {
    throw corrupted(place, `${name}, offset ${offset}`, error);
  }
}

async function findTables(place: StorePlace, { tables }: Manifest): Promise<LiveTable[]> {
  const found: LiveTable[] = [];
  for (const [number, bytes] of tables) {
    const [name, oldName] = tableNames(number);
    const there = (await sizeOf(place, name)) ?? (await sizeOf(place, oldName));
    if (!there) throw new StorageCorruptedError(place.location, name, "it is missing");
    if (there.bytes < bytes) {
      const problem = `it has ${there.bytes} bytes instead of ${bytes}`;
      throw new StorageCorruptedError(place.location, there.name, problem);
    }
    found.push({ name: there.name, bytes });
  }
  return found.toSorted((one, other) => (one.name < other.name ? 1 : -1));
}

async function sizeOf({ folder, location }: StorePlace, name: string): Promise<LiveTable | undefined> {
  try {
    return { name, bytes: (await stat(join(folder, name))).size };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw storageError(location, `looking for ${name}`, error);
  }
}

async function liveLogs(place: StorePlace, { logNumber, previousLogNumber }: Manifest): Promise<number[]> {
  const numbers = (await readdir(place.folder)).map(logNumberOf).filter((number) => number !== undefined);
  const live = numbers.filter((number) => number >= logNumber || (number === previousLogNumber && number > 0));
  if (!live.includes(logNumber)) throw new StorageCorruptedError(place.location, logName(logNumber), "it is missing");
  return live.toSorted((one, other) => one - other);
}

/** @param cause what the bytes could not be read as */
function corrupted({ location }: StorePlace, where: string, cause: unknown): unknown {
  return cause instanceof RangeError ? new StorageCorruptedError(location, where, cause.message, cause) : cause;
}
