import { createServer } from "node:http";
import process from "node:process";
import { text } from "node:stream/consumers";
import { ActorSystem, type Command, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";

const counter = eventSourced<Command<"Add", { n: number }, number>, { type: "Added"; n: number }, number>({
  entityType: "counter",
  emptyState: 0,
  commandHandler: (_state, command, { effect }) => {
    if (command.type !== "Add" || !Number.isSafeInteger(command.n)) return effect.unhandled();
    return effect.persist({ type: "Added", n: command.n }).thenReply(command, (sum) => sum);
  },
  eventHandler: (sum, event) => sum + event.n,
});

const system = await ActorSystem.create("counters", { storage: levelStorage("data/journal"), log: console });

const server = createServer(async (request, response) => {
  try {
    const id = decodeURIComponent((request.url ?? "/").slice(1));
    const reply = await system.entityRef(counter, id).ask(JSON.parse(await text(request)), { timeoutMs: 2_000 });
    response.end(JSON.stringify(reply)); // the event is on disk by now
  } catch (error) {
    response.statusCode = error instanceof Error && "code" in error && error.code === "UNHANDLED_COMMAND" ? 400 : 503;
    response.end(error instanceof Error ? error.message : "failed");
  }
});
server.listen(0, () => console.log(JSON.stringify(server.address())));

process.once("SIGTERM", async () => {
  await new Promise((closed) => server.close(closed)); // no new requests
  await system.terminate(); // answers what is under way, then closes the journal
});
