/** What there is to say of a store at a glance, without a scrub. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { StorageLockedError } from "../../errors.ts";
import type { Database } from "../database.ts";
import { formatVersion } from "../files/format-marker.ts";
import { describeOwner, hasOwner } from "../files/owner-file.ts";
import { isLocked } from "../opening/open-database.ts";
import type { KeyRange } from "../records/record-keys.ts";
import { allHeads, allSnapshots } from "../records/record-keys.ts";
import { findStore, useStore } from "./use-store.ts";

/** See {@link inspectStore}. */
export interface StoreInfo {
  readonly location: string;
  /** The version of the format. */
  readonly format: number;
  /** Of all files together. */
  readonly bytes: number;
  /** Who has it open, if somebody has; what follows is not known then. */
  readonly owner: string | undefined;
  readonly streams: number | undefined;
  readonly snapshots: number | undefined;
  /** The offset of the last event. */
  readonly lastOffset: number | undefined;
}

/** @throws StorageFormatError when there is no store; StorageCorruptedError when it cannot be opened */
export async function inspectStore(location: string): Promise<StoreInfo> {
  const { folder } = await findStore(location);
  const known = { location, format: formatVersion, bytes: await bytesIn(folder) };
  const unknown = { streams: undefined, snapshots: undefined, lastOffset: undefined };
  if ((await hasOwner(folder)) && (await isLocked(folder)))
    return { ...known, ...unknown, owner: await describeOwner(folder) };
  try {
    return await useStore(location, async ({ db, highestOffset }) => {
      const counts = { streams: await count(db, allHeads), snapshots: await count(db, allSnapshots) };
      return { ...known, ...counts, lastOffset: highestOffset, owner: undefined };
    });
  } catch (error) {
    if (error instanceof StorageLockedError) return { ...known, ...unknown, owner: error.owner };
    throw error;
  }
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(folder, entry.name))).size;
  }
  return bytes;
}

async function count(db: Database, range: KeyRange): Promise<number> {
  let records = 0;
  for await (const _key of db.keys(range)) records++;
  return records;
}
