/** The tools for a store as a whole. Each is loaded with its first call: whoever only opens a store starts sooner without them. */
import type { VerificationReport } from "../storage/maintenance.ts";
import type { SalvageReport } from "./salvage/salvage-store.ts";

/**
 * Gives `write` one line after the other, without line ends. The store is proved first. Views are left out: they can be rebuilt.
 *
 * @throws StorageFormatError when there is no store; StorageCorruptedError when it has a fault
 */
export async function exportStore(location: string, write: (line: string) => Promise<void>): Promise<void> {
  const tool = await import("./copying/export-store.ts");
  return tool.exportStore(location, write);
}

/**
 * Makes a new store at `location` out of the lines of an export. It is the same to the byte of every exported record, and is proved.
 *
 * @throws StorageFailedError when `location` exists; StorageCorruptedError when a line is missing or altered
 */
export async function importStore(lines: AsyncIterable<string>, location: string): Promise<VerificationReport> {
  const tool = await import("./copying/export-store.ts");
  return tool.importStore(lines, location);
}

/**
 * Never touches the damaged store: its files are read without LevelDB. Of every stream the longest prefix without a gap is kept, with
 * its sequence numbers; offsets are given anew, so projections begin anew, and the chain begins anew.
 *
 * @throws StorageLockedError when the store is open; StorageFormatError when there is none; StorageFailedError when `target` exists
 */
export async function salvageStore(location: string, target: string): Promise<SalvageReport> {
  const tool = await import("./salvage/salvage-store.ts");
  return tool.salvageStore(location, target);
}
