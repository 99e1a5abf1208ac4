/** What LevelDB and JSON.parse give at best: iterating over the same records and parsing each. */
import type { Figures } from "../figures.ts";
import { ratesOf, Stopwatch } from "../measure.ts";
import { rawRecords, readRawRecords, withRawStore, writeBatch } from "../raw-store.ts";

export interface RawStore {
  readonly carts: number;
  readonly eventsEach: number;
}

const batch = 1_000;

export async function rawFilledStore({ carts, eventsEach }: RawStore, folder: string): Promise<Figures> {
  const calls = carts * eventsEach;
  await withRawStore(folder, async (db) => {
    const next = rawRecords(carts);
    for (let left = calls; left > 0; left -= batch) await writeBatch(db, Math.min(batch, left), next);
  });
  return { calls };
}

export function rawReads({ carts, eventsEach }: RawStore, folder: string): Promise<Figures> {
  return withRawStore(folder, async (db) => {
    const watch = new Stopwatch();
    const count = await readRawRecords(db);
    const loop = watch.read(count);
    if (count !== carts * eventsEach) throw new Error(`${count} of ${carts * eventsEach} records were there`);
    return ratesOf(loop);
  });
}
