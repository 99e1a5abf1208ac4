/** A whole program: it starts a system, uses it, ends it, and then has nothing more to do. Run by process-exit.test.ts. */

import process from "node:process";
import { ActorSystem, actor, type Storage } from "rekindle";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import { tally } from "../support/tally.ts";

const [, , location] = process.argv;
const storage: Storage = location === undefined ? memoryStorage() : levelStorage(location);

const system = await ActorSystem.create("short", { storage });
const echo = actor<unknown, number>({
  initialState: 0,
  receive(count, message, { reply, timers }) {
    timers.startTimerWithFixedDelay("tick", "tick", 3_600_000);
    reply(message);
    return count + 1;
  },
});
const ref = system.spawn(echo);
const sums = await Promise.all([1, 2, 3].map((amount) => system.entityRef(tally, "1").ask({ type: "Add", amount })));
await ref.ask("hello", { timeoutMs: 3_600_000 });
ref.ask("nobody waits for this").catch(() => {});
await system.terminate();
ref.tell("too late");
const late = await ref.ask("too late").catch((error: { code: string }) => error.code);
const timers = process.getActiveResourcesInfo().filter((resource) => resource.includes("Timeout"));
process.stdout.write(JSON.stringify({ sums, late, timers }));
