/** The carts as rekindle keeps them, with the same group commit and the same layout, but without the rules of durability: what those are measured against. */
import { stat } from "node:fs/promises";
import { Level } from "level";
import { ActorSystem, type Storage, StorageFailedError } from "rekindle";
import { CommitQueue } from "#src/level/commit/commit-queue.js";
import { StreamHeads } from "#src/level/commit/stream-heads.js";
import { LevelJournal } from "#src/level/level-journal.js";
import { LevelSnapshots } from "#src/level/level-snapshots.js";
import { readRecordsMax, resolveOptions, writeBufferBytes } from "#src/level/level-storage-options.js";
import { checksumBytes } from "#src/level/records/record.js";
import { escapeId, framesOf, headKey } from "#src/level/records/record-keys.js";
import type { RecordProofs } from "#src/level/records/record-proofs.js";
import { type HeadRecord, parseHead } from "#src/level/records/stream-head.js";
import { StoreHealth } from "#src/level/session/store-health.js";
import { WorkInProgress } from "#src/level/session/work-in-progress.js";
import type { OpenStorage, StorageContext } from "#src/storage/storage.js";
import { benchCart } from "./bench-cart.ts";
import type { Carts } from "./carts.ts";
import { askTimeoutMs, systemCarts } from "./rekindle-carts.ts";

/** Elements of a frame before its events. */
const frameHeaderLength = 3;

/** Opened again, they are what the frames say: without checksums rekindle takes no record for an event. */
export async function rulelessCarts(folder: string): Promise<Carts> {
  if (await isThere(folder)) return countedCarts(folder);
  const storage: Storage = { description: "without rules", open: (context) => openNew(folder, context) };
  return systemCarts(await ActorSystem.create("bench", { storage, askTimeoutMs }));
}

/** No checksums, no digests, no chain. */
const noProofs: RecordProofs = { checksum: () => 0, frameDigest: () => "", seal: sealWithoutDigest };

/** Synced like the real one. */
async function openNew(location: string, { clock, onFailure }: StorageContext): Promise<OpenStorage> {
  const db = new Level<string, Buffer>(location, { valueEncoding: "buffer", writeBufferSize: writeBufferBytes });
  await db.open();
  const settings = resolveOptions({});
  const health = new StoreHealth(location, onFailure);
  const work = new WorkInProgress(health);
  const source = { read: (id: string) => readHead(db, id), lookUp: async () => [] };
  const heads = new StreamHeads(source, settings.cachedStreamsMax);
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
    snapshots: new LevelSnapshots({ db, queue, heads, clock, health, work, lastTimestamp: 0 }),
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
  const head = value && parseHead(JSON.parse(value.toString("utf8", checksumBytes)));
  return head ?? { highest: 0, deletedTo: 0, purgedTo: 0 };
}

function sealWithoutDigest(record: { text(text: string): void }): string {
  record.text("}");
  return "";
}

async function countedCarts(folder: string): Promise<Carts> {
  const db = new Level<string, Buffer>(folder, { valueEncoding: "buffer", createIfMissing: false });
  await db.open();
  const count = async (id: string): Promise<number> => {
    let events = 0;
    for await (const value of db.values(framesOf(escapeId(`${benchCart.entityType}|${id}`))))
      events += JSON.parse(value.toString("utf8", checksumBytes)).length - frameHeaderLength;
    return events;
  };
  const refused = (): Promise<never> => Promise.reject(new Error("it is only counted"));
  return { cart: (id) => ({ addItem: refused, count: () => count(id) }), close: () => db.close() };
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
