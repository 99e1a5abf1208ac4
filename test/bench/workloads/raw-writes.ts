/** What the disk and LevelDB give at best: the same record bytes, with nothing around them. */
import { Level } from "level";
import { itemAdded } from "../bench-cart.ts";
import type { Figures } from "../figures.ts";
import { type Budget, closedLoop, perSecond, quantile, warmUp } from "../measure.ts";

export interface RawWrites {
  /** Puts in a synced batch; 1 is a synced put. */
  readonly batch: number;
  /** Over how many streams the keys are spread, in turn. */
  readonly streams: number;
  /** Of puts. */
  readonly budget: Budget;
}

const digits = 16;

export async function rawWrites({ batch, streams, budget }: RawWrites, folder: string): Promise<Figures> {
  const db = new Level<string, Buffer>(folder, { valueEncoding: "buffer" });
  await db.open();
  const names = Array.from({ length: streams }, (_, n) => (streams === 1 ? "hot" : `cart-${n}`));
  let written = 0;
  const next = (): [key: string, value: Buffer] => {
    const stream = names[written % streams] ?? "";
    const n = Math.floor(written++ / streams) + 1;
    return [`ecart|${stream}\u0000${String(n).padStart(digits, "0")}`, Buffer.from(JSON.stringify(itemAdded(n)))];
  };
  const latencies: number[] = [];
  const write = async (): Promise<void> => {
    const start = performance.now();
    if (batch === 1) await db.put(...next(), { sync: true });
    else {
      const chained = db.batch();
      for (let left = batch; left > 0; left--) chained.put(...next());
      await chained.write({ sync: true });
    }
    latencies.push(performance.now() - start);
  };
  const calls = Math.ceil(budget.calls / batch);
  await closedLoop(warmUp({ calls, timeMs: budget.timeMs }), 1, write);
  latencies.length = 0;
  const loop = await closedLoop({ calls, timeMs: budget.timeMs }, 1, write);
  await db.close();
  await check(folder, written);
  return { perSecond: perSecond(loop) * batch, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}

async function check(folder: string, written: number): Promise<void> {
  const db = new Level<string, Buffer>(folder, { valueEncoding: "buffer" });
  await db.open();
  let stored = 0;
  const keys = db.keys();
  for (let some = await keys.nextv(1_000); some.length > 0; some = await keys.nextv(1_000)) stored += some.length;
  await db.close();
  if (stored !== written) throw new Error(`${stored} of ${written} records were there after reopening`);
}
