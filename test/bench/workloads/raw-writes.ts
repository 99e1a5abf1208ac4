/** What the disk and LevelDB give at best when they write the same record bytes. */
import type { Figures } from "../figures.ts";
import { type Budget, closedLoop, inBatches, quantile, ratesOf, warmUp } from "../measure.ts";
import { rawRecords, readRawRecords, withRawStore, writeBatch } from "../raw-store.ts";

export interface RawWrites {
  /** Puts in a synced batch; 1 is a synced put. */
  readonly batch: number;
  /** Over how many carts the keys are spread, in turn. */
  readonly carts: number;
  /** Of puts. */
  readonly budget: Budget;
  /** Default: LevelDB's own. */
  readonly writeBufferBytes?: number;
}

export async function rawWrites(
  { batch, carts, budget, writeBufferBytes }: RawWrites,
  folder: string,
): Promise<Figures> {
  const latenciesMs: number[] = [];
  const batches = inBatches(budget, batch);
  const [before, loop] = await withRawStore(
    folder,
    async (db) => {
      const next = rawRecords(carts);
      const write = async (): Promise<void> => {
        const start = performance.now();
        if (batch === 1) await db.put(...next(), { sync: true });
        else await writeBatch(db, batch, next);
        latenciesMs.push(performance.now() - start);
      };
      const warm = await closedLoop(warmUp(batches), 1, write);
      latenciesMs.length = 0;
      return [warm, await closedLoop(batches, 1, write)];
    },
    writeBufferBytes,
  );
  const written = (before.calls + loop.calls) * batch;
  const stored = await withRawStore(folder, readRawRecords);
  if (stored !== written) throw new Error(`${stored} of ${written} records were there after reopening`);
  return {
    ...ratesOf(loop, batch),
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  };
}
