/** Makes a new store out of what is readable of a damaged one, which stays as it is. */
import { join } from "node:path";
import { systemClock } from "../../clock.ts";
import { RekindleError, StorageCorruptedError, StorageFormatError, StorageLockedError } from "../../errors.ts";
import type { AppendRequest } from "../../storage/journal.ts";
import type { EventRecord } from "../../storage/stored-event.ts";
import { CommitQueue } from "../commit/commit-queue.ts";
import { fillNewFolder } from "../copying/new-folder.ts";
import { findFolder, useFolder } from "../copying/use-store.ts";
import { hasMarker, markerFile } from "../files/format-marker.ts";
import { readMark } from "../files/high-water-mark.ts";
import { describeOwner, hasOwner } from "../files/owner-file.ts";
import type { StorePlace } from "../files/read-file.ts";
import { isThere } from "../files/store-folder.ts";
import { resolveOptions } from "../level-storage-options.ts";
import { isLocked } from "../opening/open-database.ts";
import type { VerifiedDatabase } from "../opening/open-verified.ts";
import { proveFiles } from "../opening/prove-files.ts";
import { noChain } from "../records/chain.ts";
import type { Frame } from "../records/frame.ts";
import { checksumBytes } from "../records/record.ts";
import { splitJson } from "../records/split-json.ts";
import { StreamHead } from "../records/stream-head.ts";
import { proveStore } from "../scrub/prove-store.ts";
import { StoreHealth } from "../session/store-health.ts";
import { type SalvagedStream, SalvagePlan } from "./plan-salvage.ts";
import { rescueRecords } from "./rescue-records.ts";
import { SalvageNotes } from "./salvage-notes.ts";
import { SalvageScratch } from "./salvage-scratch.ts";

/** Appends that wait for the disk at a time. */
const pendingMax = 1_000;

/** What came of it. */
export interface SalvageReport {
  readonly streams: number;
  readonly events: number;
  readonly snapshots: number;
  /** Everything that is known to be missing, in words; empty when the store was whole. */
  readonly missing: readonly string[];
  /** What could not be read in the files; some of it may have been of no use any more. */
  readonly unreadable: readonly string[];
}

/** The tool of the same name. */
export async function salvageStore(location: string, target: string): Promise<SalvageReport> {
  const unreadable = new SalvageNotes();
  const missing = new SalvageNotes();
  const place = await findDamaged(location, unreadable);
  const report = await fillNewFolder(target, "salvaging", async (folder) => {
    const scratch = await SalvageScratch.open(target);
    try {
      const rescued = await rescueRecords(place, scratch, unreadable);
      if (rescued === 0 && !(await isThere(join(place.folder, markerFile)))) throw noStore(location);
      const plan = new SalvagePlan(location, scratch, missing);
      await plan.make(await markedOrdinal(place, unreadable));
      return await useFolder({ folder, location: target }, async (store, copy) => {
        await write(store, target, plan, scratch);
        const { events, streams, snapshots } = await proveStore({ ...store, highestOffset: 0 }, copy);
        return { events, streams, snapshots };
      });
    } finally {
      await scratch.close();
    }
  });
  return { ...report, missing: missing.lines, unreadable: unreadable.lines };
}

/** A store without a readable marker is a damaged one, too, if there are records in it. */
async function findDamaged(location: string, unreadable: SalvageNotes): Promise<StorePlace> {
  const place = await findFolder(location);
  try {
    if (!(await hasMarker(place.folder, location))) unreadable.add(`${markerFile}: it is missing`);
  } catch (error) {
    if (!(error instanceof StorageCorruptedError)) throw error;
    unreadable.add(`${markerFile}: ${error.problem}`);
  }
  if ((await hasOwner(place.folder)) && (await isLocked(place.folder)))
    throw new StorageLockedError(location, await describeOwner(place.folder));
  return place;
}

/** The last offset that is known to have been acknowledged. Notes what an opening would stop at, too. */
async function markedOrdinal(place: StorePlace, unreadable: SalvageNotes): Promise<number> {
  try {
    await proveFiles(place);
  } catch (error) {
    if (!(error instanceof RekindleError)) throw error;
    unreadable.add(error.message);
  }
  try {
    return (await readMark(place)).ordinal;
  } catch (error) {
    // It has been noted above.
    if (error instanceof RekindleError) return 0;
    throw error;
  }
}

async function write(
  store: VerifiedDatabase,
  location: string,
  plan: SalvagePlan,
  scratch: SalvageScratch,
): Promise<void> {
  const health = new StoreHealth(location, () => undefined);
  const queue = new CommitQueue({
    target: store.target,
    chain: noChain,
    settings: resolveOptions({}),
    clock: systemClock,
    health,
    highestOffset: 0,
    lastCommitAt: 0,
    forgetHeads: () => undefined,
  });
  const heads = new Map<string, StreamHead>();
  for (const stream of plan.streams.values()) heads.set(stream.persistenceId, await begin(stream, queue));
  let pending: Promise<unknown>[] = [];
  for await (const row of scratch.kept()) {
    const request = requestOf(plan.frame(row), row[1]);
    const head = heads.get(request.persistenceId);
    if (!head) continue;
    pending.push(new Promise((resolve, reject) => queue.append(head, request, resolve, reject)));
    if (pending.length < pendingMax) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
  for await (const [key, value] of plan.snapshots())
    await queue.change([{ key, text: value.toString("utf8", checksumBytes) }]);
}

/** Says of a stream what is deleted, where no kept event says it: numbers must not be used again. */
async function begin({ persistenceId, ...stream }: SalvagedStream, queue: CommitQueue): Promise<StreamHead> {
  const { deletedTo, purgedTo, frames } = stream;
  const head = new StreamHead(persistenceId, { highest: deletedTo, deletedTo, purgedTo: 0 });
  // When more was deleted after a purge, it is a snapshot that says what came of it.
  const purge = purgedTo > 0 && purgedTo === deletedTo;
  if (deletedTo > 0 && (purge || frames === 0)) await queue.change([], { head, deletedTo, purge });
  return head;
}

function noStore(location: string): StorageFormatError {
  return new StorageFormatError(location, `it holds no rekindle store (there is no ${markerFile})`);
}

function requestOf(frame: Frame, value: Buffer): AppendRequest {
  const [first] = frame.events(frame.first, frame.first);
  const [, , , ...texts] = splitJson(value.toString("utf8", checksumBytes));
  const events = texts.map((text, index) => eventOf(frame, frame.first + index, text));
  const { persistenceId = "", entityType = "", entityId = "" } = first ?? {};
  return { persistenceId, entityType, entityId, sequenceNr: frame.first, events };
}

/** Payload, metadata and receipt are taken over as text. */
function eventOf(frame: Frame, sequenceNr: number, text: string): EventRecord {
  const [, payload = "null", extra] = splitJson(text);
  const [event] = frame.events(sequenceNr, sequenceNr);
  const members = extra === undefined ? [] : splitJson(extra);
  const member = (start: string): string | undefined =>
    members.find((text) => text.startsWith(start))?.slice(start.length);
  const { type = "", version = 1, timestamp = 0, tags = [] } = event ?? {};
  return { type, version, timestamp, tags, metadata: member('"m":'), payload, receipt: member('"r":') };
}
