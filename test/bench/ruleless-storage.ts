/** The same group commit and the same layout with the rules of durability taken out: what they are measured against, and nothing to keep data in. */
import { Level } from "level";
import { type Storage, StorageFailedError } from "rekindle";
import { CommitQueue } from "#src/level/commit-queue.js";
import { LevelJournal } from "#src/level/level-journal.js";
import { LevelSnapshots } from "#src/level/level-snapshots.js";
import { readRecordsMax, resolveOptions, writeBufferBytes } from "#src/level/level-storage-options.js";
import { escapeId, headKey } from "#src/level/record-keys.js";
import type { RecordProofs } from "#src/level/record-proofs.js";
import { StoreHealth } from "#src/level/store-health.js";
import { type HeadRecord, parseHead } from "#src/level/stream-head.js";
import { StreamHeads } from "#src/level/stream-heads.js";
import { WorkInProgress } from "#src/level/work-in-progress.js";
import type { OpenStorage, StorageContext } from "#src/storage/storage.js";

/** No checksums, no digests, no chain. */
const noProofs: RecordProofs = { checksum: () => 0, frameDigest: () => "", seal: sealWithoutDigest };

/** Synced like the real one. It makes a new store; what is in the folder is not looked at. */
export function rulelessStorage(location: string): Storage {
  return { description: `ruleless:${location}`, open: (context) => open(location, context) };
}

async function open(location: string, { clock, onFailure }: StorageContext): Promise<OpenStorage> {
  const db = new Level<string, Buffer>(location, { valueEncoding: "buffer", writeBufferSize: writeBufferBytes });
  await db.open();
  const settings = resolveOptions({});
  const health = new StoreHealth(location, onFailure);
  const work = new WorkInProgress(health);
  const heads = new StreamHeads((id) => readHead(db, id), settings.cachedStreamsMax);
  const queue = new CommitQueue({
    // LevelDB itself: neither a high-water mark nor a look at the log it writes to.
    target: db,
    proofs: noProofs,
    settings,
    clock,
    health,
    highestOffset: 0,
    lastCommitAt: 0,
    forgetHeads: () => heads.forgetAll(),
  });
  const step = { records: readRecordsMax, bytes: settings.readBytesMax };
  const refused = (): Promise<never> =>
    Promise.reject(new StorageFailedError(location, "maintaining", new Error("it is for measuring only")));
  return {
    journal: new LevelJournal({ db, queue, heads, health, work, step }),
    snapshots: new LevelSnapshots({ db, queue, clock, health, work, lastTimestamp: 0 }),
    maintenance: { verify: refused, backup: refused, purge: refused },
    async close() {
      await work.whenIdle();
      await queue.whenSettled();
      await db.close();
    },
  };
}

/** Believes what is there. */
async function readHead(db: Level<string, Buffer>, persistenceId: string): Promise<HeadRecord> {
  const value = await db.get(headKey(escapeId(persistenceId)));
  const head = value && parseHead(JSON.parse(value.toString("utf8", 4)));
  return head ?? { highest: 0, deletedTo: 0, purgedTo: 0 };
}

function sealWithoutDigest(record: { text(text: string): void }): string {
  record.text("}");
  return "";
}
