/** One load on a new store, with the rules of durability or without: `node rule-cost-load.js REQUEST`, a request as JSON. */
import process, { argv } from "node:process";
import { Level } from "level";
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { allHeads } from "#src/level/record-keys.js";
import { addItem, benchCart } from "./bench-cart.js";
import { closedLoop, perSecond } from "./measure.js";
import { rulelessStorage } from "./ruleless-storage.js";

/** What is measured. */
export interface LoadRequest {
  readonly folder: string;
  readonly rules: boolean;
  readonly entities: number;
  readonly commands: number;
  readonly inFlight: number;
}

/** What came of it. */
export interface LoadReport {
  readonly perSecond: number;
  /** Of all threads, for one command. */
  readonly cpuMicros: number;
}

async function run({ folder, rules, entities, commands, inFlight }: LoadRequest): Promise<LoadReport> {
  const storage = rules ? levelStorage(folder) : rulelessStorage(folder);
  const system = await ActorSystem.create("bench", { storage, askTimeoutMs: 60_000 });
  const refs = Array.from({ length: entities }, (_, n) => system.entityRef(benchCart, `cart-${n}`));
  await Promise.all(refs.map((ref) => ref.ask({ type: "Count" })));
  const before = process.cpuUsage();
  const rate = await perSecond(commands, () =>
    closedLoop(commands, inFlight, async (n) => {
      await refs[n % entities]?.ask(addItem);
    }),
  );
  const { user, system: kernel } = process.cpuUsage(before);
  await system.terminate();
  const stored = await eventsIn(folder);
  if (stored !== commands) throw new Error(`${stored} of ${commands} events are in the store`);
  return { perSecond: rate, cpuMicros: (user + kernel) / commands };
}

/** By the heads, which both kinds of store have. */
async function eventsIn(folder: string): Promise<number> {
  const db = new Level<string, Buffer>(folder, { valueEncoding: "buffer", createIfMissing: false });
  let events = 0;
  for await (const value of db.values(allHeads)) events += JSON.parse(value.toString("utf8", 4))[0];
  await db.close();
  return events;
}

const report = await run(JSON.parse(String(argv[2])));
process.send?.(report);
process.disconnect();
