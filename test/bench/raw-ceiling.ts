/** What the disk and LevelDB give at best: the same record bytes, written and read with nothing in between. */
import { Level } from "level";
import { itemAdded } from "./bench-cart.js";
import { perSecond } from "./measure.js";

const batchLength = 1_000;

function record(n: number): { key: string; value: Buffer } {
  return { key: `ecart|hot\u0000${String(n).padStart(16, "0")}`, value: Buffer.from(JSON.stringify(itemAdded(n))) };
}

async function withLevel<T>(folder: string, work: (db: Level<string, Buffer>) => Promise<T>): Promise<T> {
  const db = new Level<string, Buffer>(folder, { valueEncoding: "buffer" });
  await db.open();
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** Chained synced batches of 1,000 single puts, one after the other, in puts per second. */
export function chainedBatches(folder: string, events: number): Promise<number> {
  return withLevel(folder, (db) =>
    perSecond(events, async () => {
      for (let n = 1; n <= events; ) {
        const batch = db.batch();
        for (let left = batchLength; left > 0 && n <= events; left--, n++) {
          const { key, value } = record(n);
          batch.put(key, value);
        }
        await batch.write({ sync: true });
      }
    }),
  );
}

/** Single synced puts, one after the other, in puts per second. */
export function sequentialPuts(folder: string, events: number): Promise<number> {
  return withLevel(folder, (db) =>
    perSecond(events, async () => {
      for (let n = 1; n <= events; n++) {
        const { key, value } = record(n);
        await db.put(key, value, { sync: true });
      }
    }),
  );
}

/** Iterating over the same bytes, one record an event, and parsing each, in events per second. The folder must have been filled. */
export function iterateAndParse(folder: string, events: number): Promise<number> {
  return withLevel(folder, (db) =>
    perSecond(events, async () => {
      let count = 0;
      const iterator = db.values({ valueEncoding: "utf8" });
      for (let values = await iterator.nextv(1_000); values.length > 0; values = await iterator.nextv(1_000)) {
        for (const value of values) if (JSON.parse(String(value)).type === "ItemAdded") count++;
      }
      await iterator.close();
      if (count !== events) throw new Error(`read ${count} of ${events} events`);
    }),
  );
}
