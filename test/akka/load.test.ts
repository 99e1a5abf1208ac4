/** Akka's JournalPerfSpec, whose actor also asserts the order of what it handles; the figures are those of `npm run bench`. */
import { join } from "node:path";
import { expect } from "chai";
import { type Command, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";
import { temporaryFolder } from "../support/every-storage.ts";
import { startSystem } from "../support/start-system.ts";

const commands = 10_000;

/** Fails when a command or an event comes out of turn. */
const counter = eventSourced<Command<"Count", { readonly n: number }, number>, { readonly n: number }, number>({
  entityType: "counter",
  emptyState: 0,
  commandHandler(count, command, { effect }) {
    if (command.n !== count + 1) throw new Error(`command ${command.n} came after ${count}`);
    return effect.persist({ n: command.n }).thenReply(command, (after) => after);
  },
  eventHandler(count, { n }) {
    if (n !== count + 1) throw new Error(`event ${n} came after ${count}`);
    return n;
  },
});

describe("Akka: 10,000 commands in strict order", () => {
  const folder = temporaryFolder();

  it("P1, P2: are handled, stored and answered, all of them in flight at once", async () => {
    const system = await startSystem({ storage: levelStorage(join(folder, "persist")) });
    const ref = system.entityRef(counter, "1");
    const numbers = Array.from({ length: commands }, (_, n) => n + 1);
    expect(await Promise.all(numbers.map((n) => ref.ask({ type: "Count", n })))).to.deep.equal(numbers);
  });

  it("P3: are recovered", async () => {
    const storage = levelStorage(join(folder, "recover"));
    const before = await startSystem({ storage });
    for (let n = 1; n < commands; n++) before.entityRef(counter, "1").tell({ type: "Count", n });
    await before.entityRef(counter, "1").ask({ type: "Count", n: commands });
    await before.terminate();
    const after = await startSystem({ storage });
    expect(await after.entityRef(counter, "1").ask({ type: "Count", n: commands + 1 })).to.equal(commands + 1);
  });
});
