/** Makes a new store out of what is readable of a damaged one, which stays as it is. */
import { systemClock } from "../clock.ts";
import { StorageLockedError } from "../errors.ts";
import type { AppendRequest } from "../storage/journal.ts";
import type { EventRecord } from "../storage/stored-event.ts";
import { noChain } from "./chain.ts";
import { CommitQueue } from "./commit-queue.ts";
import { resolveOptions } from "./level-storage-options.ts";
import { fillNewFolder } from "./new-folder.ts";
import { isLocked } from "./open-database.ts";
import type { VerifiedDatabase } from "./open-verified.ts";
import { describeOwner, hasOwner } from "./owner-file.ts";
import { type KeptFrame, planSalvage, type SalvagedStream, type SalvagePlan } from "./plan-salvage.ts";
import { proveStore } from "./prove-store.ts";
import { checksumBytes } from "./record.ts";
import { rescueRecords } from "./rescue-records.ts";
import { splitJson } from "./split-json.ts";
import { StoreHealth } from "./store-health.ts";
import { StreamHead } from "./stream-head.ts";
import { findStore, useFolder } from "./use-store.ts";

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

/**
 * Never touches the damaged store: its files are read without LevelDB. Of every stream the longest prefix without a gap is kept, with
 * its sequence numbers; offsets are given anew, so projections begin anew, and the chain begins anew.
 *
 * @throws StorageLockedError when the store is open; StorageFormatError when there is none; StorageFailedError when `target` exists
 */
export async function salvageStore(location: string, target: string): Promise<SalvageReport> {
  const place = await findStore(location);
  if ((await hasOwner(place.folder)) && (await isLocked(place.folder)))
    throw new StorageLockedError(location, await describeOwner(place.folder));
  return fillNewFolder(target, "salvaging", async (folder) => {
    const { records, lost } = await rescueRecords(place);
    const plan = planSalvage(location, records);
    const report = await useFolder({ folder, location: target }, async (store, copy) => {
      await write(store, target, plan);
      const { events, streams, snapshots } = await proveStore({ ...store, highestOffset: 0 }, copy);
      return { events, streams, snapshots };
    });
    return { ...report, missing: plan.missing, unreadable: lost };
  });
}

async function write(store: VerifiedDatabase, location: string, { streams, snapshots }: SalvagePlan): Promise<void> {
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
  const heads = new Map(streams.map((stream) => [stream, headOf(stream)] as const));
  for (const [{ deletedTo, purgedTo }, head] of heads) {
    // When more was deleted after a purge, it is a snapshot that says what came of it.
    if (purgedTo > 0 && purgedTo === deletedTo) await queue.change([], { head, deletedTo, purge: true });
  }
  let pending: Promise<unknown>[] = [];
  for (const [stream, kept] of inOldOrder(streams)) {
    const head = heads.get(stream);
    if (!head) continue;
    pending.push(new Promise((resolve, reject) => queue.append(head, requestOf(stream, kept), resolve, reject)));
    if (pending.length < pendingMax) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
  for (const [stream, head] of heads) {
    // Nothing is left of it but its numbers, which must not be used again.
    const isTold = head.purgedTo > 0 || stream.frames.length > 0;
    if (stream.highest > 0 && !isTold) await queue.change([], { head, deletedTo: stream.deletedTo });
  }
  for (const [key, value] of snapshots) await queue.change([{ key, text: value.toString("utf8", checksumBytes) }]);
}

function headOf({ persistenceId, deletedTo }: SalvagedStream): StreamHead {
  return new StreamHead(persistenceId, { highest: deletedTo, deletedTo, purgedTo: 0 });
}

function inOldOrder(streams: readonly SalvagedStream[]): (readonly [SalvagedStream, KeptFrame])[] {
  const all = streams.flatMap((stream) => stream.frames.map((kept) => [stream, kept] as const));
  return all.sort(([, one], [, other]) => one.frame.ordinal - other.frame.ordinal);
}

function requestOf({ persistenceId }: SalvagedStream, { frame, value }: KeptFrame): AppendRequest {
  const [first] = frame.events(frame.first, frame.first);
  const [, , , ...texts] = splitJson(value.toString("utf8", checksumBytes));
  const events = texts.map((text, index) => eventOf(frame, frame.first + index, text));
  const { entityType = "", entityId = "" } = first ?? {};
  return { persistenceId, entityType, entityId, sequenceNr: frame.first, events };
}

/** Payload, metadata and receipt are taken over as text. */
function eventOf(frame: KeptFrame["frame"], sequenceNr: number, text: string): EventRecord {
  const [, payload = "null", extra] = splitJson(text);
  const [event] = frame.events(sequenceNr, sequenceNr);
  const members = extra === undefined ? [] : splitJson(extra);
  const member = (start: string): string | undefined =>
    members.find((text) => text.startsWith(start))?.slice(start.length);
  const { type = "", version = 1, timestamp = 0, tags = [] } = event ?? {};
  return { type, version, timestamp, tags, metadata: member('"m":'), payload, receipt: member('"r":') };
}
