/** Reads where the chain of a store ends: at its newest commit, or at a deletion after it. */
import { StorageCorruptedError } from "../../errors.ts";
import type { Database } from "../database.ts";
import { type ChainHead, sealOf } from "../records/chain.ts";
import { parseCommit } from "../records/commit-record.ts";
import { recordJson } from "../records/record.ts";
import { allCommits, allTombstones, type KeyRange, numberOf } from "../records/record-keys.ts";
import { parseTombstone } from "../records/tombstone.ts";

/** @throws StorageCorruptedError when the last record is damaged */
export async function readChainHead(db: Database, location: string): Promise<ChainHead> {
  const commit = await lastRow(db, allCommits);
  const tombstone = await lastRow(db, allTombstones);
  const highestOffset = commit ? endOfCommit(location, commit) : 0;
  if (!tombstone) return { digest: commit ? sealed(location, commit) : "", highestOffset, tombstones: 0 };
  const last = parseTombstone(recordJson(location, placeOf(tombstone), ...tombstone));
  if (!last) throw new StorageCorruptedError(location, placeOf(tombstone), "it has not the form of a tombstone");
  const newest = last.afterOffset < highestOffset && commit ? commit : tombstone;
  return { digest: sealed(location, newest), highestOffset, tombstones: numberOf(tombstone[0]) };
}

type Row = readonly [key: string, value: Buffer];

async function lastRow(db: Database, range: KeyRange): Promise<Row | undefined> {
  const iterator = db.iterator({ ...range, reverse: true, limit: 1 });
  try {
    return await iterator.next();
  } finally {
    await iterator.close();
  }
}

function endOfCommit(location: string, row: Row): number {
  const commit = parseCommit(recordJson(location, placeOf(row), ...row));
  if (!commit) throw new StorageCorruptedError(location, placeOf(row), "it has not the form of a commit");
  return commit.frames.reduce((sum, frame) => sum + frame.count, numberOf(row[0]) - 1);
}

function sealed(location: string, row: Row): string {
  const digest = sealOf(row[1]);
  if (digest === undefined) throw new StorageCorruptedError(location, placeOf(row), "its digest does not match");
  return digest;
}

function placeOf([key]: Row): string {
  return key.startsWith("c") ? `the commit at offset ${numberOf(key)}` : `tombstone ${numberOf(key)}`;
}
