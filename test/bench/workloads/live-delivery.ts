/** How soon after its commit an event reaches a live reader, while so many are written in a second. */
import { setTimeout as sleep } from "node:timers/promises";
import { ActorSystem, type Storage } from "rekindle";
import { levelStorage } from "rekindle/level";
import { addItem, benchCart } from "../bench-cart.ts";
import type { Figures } from "../figures.ts";
import { quantile } from "../measure.ts";

export interface LiveDelivery {
  readonly perSecond: number;
  readonly timeMs: number;
  readonly carts: number;
}

const askTimeoutMs = 120_000;

/** A storage that notes when each commit is acknowledged, by the offset of its first event. */
function noting(storage: Storage, committedAt: Map<number, number>): Storage {
  return {
    description: storage.description,
    async open(context) {
      const store = await storage.open(context);
      const { journal } = store;
      const append = journal.append.bind(journal);
      journal.append = (request) => {
        const appended = append(request);
        const note = (offset: number): unknown => committedAt.set(offset, performance.now());
        appended.then(note, () => undefined);
        return appended;
      };
      return store;
    },
  };
}

export async function liveDelivery({ perSecond, timeMs, carts }: LiveDelivery, folder: string): Promise<Figures> {
  const committedAt = new Map<number, number>();
  const storage = noting(levelStorage(folder), committedAt);
  const system = await ActorSystem.create("bench", { storage, askTimeoutMs });
  const refs = Array.from({ length: carts }, (_, index) => system.entityRef(benchCart, String(index)));
  await Promise.all(refs.map((ref) => ref.ask({ type: "Count" })));
  const arrivedAt = new Map<number, number>();
  const reading = (async () => {
    for await (const { offset } of system.readJournal.events({ live: true })) arrivedAt.set(offset, performance.now());
  })();

  const start = performance.now();
  const replies: Promise<unknown>[] = [];
  for (let now = start; now - start < timeMs; now = performance.now()) {
    const due = Math.floor(((now - start) * perSecond) / 1_000);
    while (replies.length < due) {
      const ref = refs[replies.length % carts];
      if (ref) replies.push(ref.ask(addItem));
    }
    await sleep(1);
  }
  await Promise.all(replies);
  const elapsedMs = performance.now() - start;
  while (arrivedAt.size < replies.length) await sleep(1);
  await system.terminate();
  await reading;
  const delaysMs = [...committedAt].map(([offset, at]) => Math.max((arrivedAt.get(offset) ?? Number.NaN) - at, 0));
  return {
    perSecond: (replies.length * 1_000) / elapsedMs,
    p50Ms: quantile(delaysMs, 0.5),
    p99Ms: quantile(delaysMs, 0.99),
  };
}
