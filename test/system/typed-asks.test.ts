/** What the compiler knows of commands and replies; a line that should not compile and does fails the build of the tests. */
import { expect } from "chai";
import { ActorSystem, type Command, type EntityRef, eventSourced } from "rekindle";
import { memoryStorage } from "rekindle/memory";

type SumCommand = Command<"Add", { n: number }, { sum: number }> | Command<"Close", {}>;

const sum = eventSourced<SumCommand, { type: "Added"; n: number }, number>({
  entityType: "sum",
  emptyState: 0,
  commandHandler(_state, command, { effect }) {
    switch (command.type) {
      case "Add":
        return effect.persist({ type: "Added", n: command.n }).thenReply(command, (after) => ({ sum: after }));
      case "Close":
        // @ts-expect-error Close declares no reply
        effect.reply(command, "closed");
        return effect.none();
    }
  },
  eventHandler: (state, event) => state + event.n,
});

/** Never called: each line is for the compiler alone. */
async function wrong(ref: EntityRef<SumCommand>): Promise<unknown[]> {
  return [
    // @ts-expect-error the payload is missing
    await ref.ask({ type: "Add" }),
    // @ts-expect-error the payload has another type
    await ref.ask({ type: "Add", n: "1" }),
    // @ts-expect-error there is no such command
    await ref.ask({ type: "Subtract", n: 1 }),
    // @ts-expect-error the reply is an object
    (await ref.ask({ type: "Add", n: 1 })).length,
    // @ts-expect-error there is no such command to tell
    ref.tell({ type: "Subtract" }),
  ];
}

describe("typed asks", () => {
  it("resolve with the reply that the command declares, and with undefined when it declares none", async () => {
    const system = await ActorSystem.create("typed", { storage: memoryStorage() });
    const ref = system.entityRef(sum, "1");
    const added: { sum: number } = await ref.ask({ type: "Add", n: 2 });
    const closed: undefined = await ref.ask({ type: "Close" });
    const either: SumCommand = { type: "Add", n: 3 };
    const reply: { sum: number } | undefined = await ref.ask(either);
    await system.terminate();
    expect([added, closed, reply]).to.deep.equal([{ sum: 2 }, undefined, { sum: 5 }]);
    expect(wrong).to.be.a("function");
  });
});
