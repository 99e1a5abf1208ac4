/** A process that stores events of one counter, or recovers it: `node count-to-a-million.js FOLDER EVENTS`. Says what the counter shows. */
import process from "node:process";
import { ActorSystem, type Command, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";

type CounterCommand = Command<"Count", { readonly events: number }, number>;

const eventsPerCommand = 10_000;
const [, , folder = "", events = "0"] = process.argv;

const counter = eventSourced<CounterCommand, { readonly type: "Counted" }, number>({
  entityType: "counter",
  emptyState: 0,
  commandHandler: (_count, command, { effect }) =>
    effect
      .persist(Array.from({ length: command.events }, () => ({ type: "Counted" })))
      .thenReply(command, (count) => count),
  eventHandler: (count) => count + 1,
});

const storage = levelStorage(folder, { durability: "async" });
const system = await ActorSystem.create("million", { storage, askTimeoutMs: 60_000 });
const ref = system.entityRef(counter, "1");
for (let left = Number(events); left > 0; left -= eventsPerCommand) {
  await ref.ask({ type: "Count", events: eventsPerCommand });
}
process.stdout.write(String(await ref.ask({ type: "Count", events: 0 })));
await system.terminate();
