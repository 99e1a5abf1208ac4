/** A LevelDB store of single records, one an event, with nothing around it: the ceiling. */
import { Level } from "level";
import { itemAdded } from "./bench-cart.ts";
import { cartId } from "./carts.ts";

const digits = 16;
const readAtOnce = 1_000;

export type RawRecord = readonly [key: string, value: Buffer];

/**
 * Opens it, and closes it after the work.
 *
 * @param writeBufferSize what LevelDB keeps in memory before it writes a table. Default: LevelDB's own, 4 MiB
 */
export async function withRawStore<T>(
  folder: string,
  work: (db: Level<string, Buffer>) => Promise<T>,
  writeBufferSize?: number,
): Promise<T> {
  const db = new Level<string, Buffer>(folder, {
    valueEncoding: "buffer",
    ...(writeBufferSize !== undefined && { writeBufferSize }),
  });
  await db.open();
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** The records of the carts, in turn: the same bytes that an event of ours has. */
export function rawRecords(carts: number): () => RawRecord {
  const ids = Array.from({ length: carts }, (_, n) => cartId(n, carts));
  let made = 0;
  return () => {
    const id = ids[made % carts] ?? "";
    const n = Math.floor(made++ / carts) + 1;
    return [`ecart|${id}\u0000${String(n).padStart(digits, "0")}`, Buffer.from(JSON.stringify(itemAdded(n)))];
  };
}

/** One synced chained batch. */
export function writeBatch(db: Level<string, Buffer>, records: number, next: () => RawRecord): Promise<void> {
  const batch = db.batch();
  for (let left = records; left > 0; left--) {
    const [key, value] = next();
    batch.put(key, value);
  }
  return batch.write({ sync: true });
}

/** Reads and parses every record. */
export async function readRawRecords(db: Level<string, Buffer>): Promise<number> {
  let count = 0;
  const values = db.values<string, string>({ valueEncoding: "utf8" });
  for (let some = await values.nextv(readAtOnce); some.length > 0; some = await values.nextv(readAtOnce)) {
    for (const value of some) if (JSON.parse(value).type === "ItemAdded") count++;
  }
  await values.close();
  return count;
}
