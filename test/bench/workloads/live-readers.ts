/** Durable commands while live readers follow the store. */
import { setImmediate as nextRound } from "node:timers/promises";
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { addItem, benchCart } from "../bench-cart.ts";
import type { Figures } from "../figures.ts";
import { type Budget, closedLoop, ratesOf, warmUp } from "../measure.ts";

export interface LiveReaders {
  readonly readers: number;
  /** What each of them reads: a cart of its own, or everything. */
  readonly of: "a cart each" | "everything";
  readonly carts: number;
  readonly inFlight: number;
  readonly budget: Budget;
}

const askTimeoutMs = 120_000;

export async function liveReaders(
  { readers, of, carts, inFlight, budget }: LiveReaders,
  folder: string,
): Promise<Figures> {
  const system = await ActorSystem.create("bench", { storage: levelStorage(folder), askTimeoutMs });
  const refs = Array.from({ length: carts }, (_, index) => system.entityRef(benchCart, String(index)));
  await Promise.all(refs.map((ref) => ref.ask({ type: "Count" })));
  let delivered = 0;
  const read = async (reader: number): Promise<void> => {
    const { readJournal } = system;
    let last = 0;
    const query =
      of === "everything"
        ? readJournal.events({ live: true })
        : readJournal.eventsByPersistenceId(`cart|${reader % carts}`, { live: true });
    for await (const { offset, sequenceNr } of query) {
      const at = of === "everything" ? offset : sequenceNr;
      if (at !== last + 1) throw new Error(`reader ${reader} was given ${at} after ${last}`);
      last = at;
      delivered++;
    }
  };
  const reading = Array.from({ length: readers }, (_, reader) => read(reader));
  await nextRound();
  const add = (n: number): Promise<unknown> | undefined => refs[n % carts]?.ask(addItem);
  const write = (budgeted: Budget): ReturnType<typeof closedLoop> =>
    closedLoop(budgeted, inFlight, async (n) => {
      await add(n);
    });
  await write(warmUp(budget));
  const before = delivered;
  const loop = await write(budget);
  const deliveredPerSecond = ((delivered - before) * 1_000) / loop.elapsedMs;
  const behind = system.readJournal.currentOffset() - delivered / Math.max(readers, 1);
  await system.terminate();
  await Promise.all(reading);
  return { ...ratesOf(loop), deliveredPerSecond, behind };
}
