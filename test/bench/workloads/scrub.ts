/** Proving a store: the opening of a large one that was cleanly closed, and the scrub of every record in it. */
import process from "node:process";
import { levelStorage } from "rekindle/level";
import { systemClock } from "#src/clock.js";
import type { OpenStorage } from "#src/storage/storage.js";
import { itemAdded } from "../bench-cart.ts";
import type { Figures } from "../figures.ts";
import { whileProfiled } from "../profiler.ts";

/** What the store consists of. */
export interface ScrubbedStore {
  readonly streams: number;
  /** How many times every stream gets events. */
  readonly rounds: number;
  readonly eventsPerFrame: number;
  /** Whether each frame has a commit of its own. */
  readonly alone: boolean;
}

const cpuMicrosPerSecond = 1_000_000;

function open(folder: string, durability: "sync" | "async"): Promise<OpenStorage> {
  const onFailure = (error: Error): never => {
    throw error;
  };
  return levelStorage(folder, { durability }).open({ clock: systemClock, onFailure });
}

/** Fills the store; that nothing waits for the disk leaves the same records. */
export async function scrubbedStore(
  { streams, rounds, eventsPerFrame, alone }: ScrubbedStore,
  folder: string,
): Promise<Figures> {
  const { journal, close } = await open(folder, "async");
  const ids = Array.from({ length: streams }, (_, n) => `cart-${n}`);
  for (const id of ids) await journal.highestSequenceNr(`cart|${id}`);
  for (let round = 0; round < rounds; round++) {
    const sequenceNr = round * eventsPerFrame + 1;
    const appends: Promise<number>[] = [];
    for (const entityId of ids) {
      const events = Array.from({ length: eventsPerFrame }, (_, index) => ({
        type: "ItemAdded",
        version: 1,
        timestamp: systemClock.now(),
        tags: [],
        metadata: undefined,
        payload: JSON.stringify(itemAdded(sequenceNr + index)),
      }));
      const appended = journal.append({
        persistenceId: `cart|${entityId}`,
        entityType: "cart",
        entityId,
        sequenceNr,
        events,
      });
      if (alone) await appended;
      else appends.push(appended);
    }
    await Promise.all(appends);
  }
  await close();
  return {};
}

/** Beside the rate by the clock that by the time on the CPU, of all threads: others who use the machine do not count in it. */
export async function scrub({ streams, rounds, eventsPerFrame }: ScrubbedStore, folder: string): Promise<Figures> {
  const began = performance.now();
  const { maintenance, close } = await open(folder, "sync");
  const openMs = performance.now() - began;
  const before = process.cpuUsage();
  const start = performance.now();
  const { ok, events } = await whileProfiled(() => maintenance.verify());
  const elapsedMs = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  await close();
  if (!ok || events !== streams * rounds * eventsPerFrame)
    throw new Error(`the scrub found ${events} events, ok ${ok}`);
  return {
    openMs,
    perSecond: (events * 1_000) / elapsedMs,
    perCpuSecond: (events * cpuMicrosPerSecond) / (user + system),
  };
}
