/**
 * A process that is killed while its client sends commands with ids: `node repeating-client.js FOLDER COUNT`. Every life sends all of
 * them from the first on, says `n REPLY` for each answer, and `done` at the end.
 */
import process from "node:process";
import { ActorSystem, type Command, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";

const inFlightMax = 32;

/** Answers each addition with how many there have been. */
const counter = eventSourced<Command<"Add", object, number>, { type: "Added" }, number>({
  entityType: "counter",
  emptyState: 0,
  commandHandler: (_count, command, { effect }) => effect.persist({ type: "Added" }).thenReply(command, (now) => now),
  eventHandler: (count) => count + 1,
  snapshots: { every: 100, keep: 1, deleteEvents: true },
  commandIds: { max: 100_000 },
});

const [folder = "", count = ""] = process.argv.slice(2);
const system = await ActorSystem.create("crash", { storage: levelStorage(folder), askTimeoutMs: 60_000 });
const ref = system.entityRef(counter, "1");
for (let first = 1; first <= Number(count); first += inFlightMax) {
  const ids = Array.from({ length: Math.min(inFlightMax, Number(count) - first + 1) }, (_, index) => first + index);
  await Promise.all(
    ids.map(async (n) => {
      const reply = await ref.ask({ type: "Add" }, { commandId: `add ${n}` });
      process.stdout.write(`${n} ${reply}\n`);
    }),
  );
}
await system.terminate();
process.stdout.write("done\n");
