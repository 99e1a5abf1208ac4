/** What the simulation has found, each reduced to the few steps that it takes. */
import { expect } from "chai";
import { ActorSystem, type Command, eventSourced } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage } from "rekindle/testkit";

type Add = Command<"Add", object, number>;

/** Counts its events; keeps one snapshot and no event that it covers. */
const tally = eventSourced<Add | Command<"Get", object, number>, { type: "Added" }, number>({
  entityType: "tally",
  emptyState: 0,
  commandHandler: (count, command, { effect }) =>
    command.type === "Get"
      ? effect.reply(command, count)
      : effect.persist({ type: "Added" }).thenReply(command, (now) => now),
  eventHandler: (count) => count + 1,
  snapshots: { every: 2, keep: 1, deleteEvents: true },
});

async function turns(): Promise<void> {
  for (let left = 20; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
}

describe("what the simulation has found", () => {
  it("a killed life deletes events between the next one's snapshot and its reading: recovery begins anew", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await ActorSystem.create("found", { storage });
    const ref = system.entityRef(tally, "1");
    for (let count = 1; count <= 2; count++) await ref.ask({ type: "Add" });
    await turns();
    storage.hold("save");
    for (let count = 3; count <= 6; count++) await ref.ask({ type: "Add" });
    await system.kill(ref);
    storage.hold("read");
    const reply = ref.ask({ type: "Get" });
    await turns();
    storage.release("save");
    await turns();
    storage.release("read");
    expect(await reply).to.equal(6);
    await system.terminate();
  });
});
