import { ActorSystem, type Command, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";

type CounterCommand = Command<"Add", { n: number }, number> | Command<"Read", {}, Counter>;
type CounterEvent = { type: "Added"; n: number };
type Counter = { sum: number; additions: number };

export const counter = eventSourced<CounterCommand, CounterEvent, Counter>({
  entityType: "counter", // as in the options of persistenceEngine
  persistenceId: (key) => key, // the persistence key of nact is the persistence id
  recovery: { fromSnapshot: "none" }, // nact's snapshots hold the old state, a number
  emptyState: { sum: 0, additions: 0 },
  commandHandler(state, command, { effect }) {
    switch (command.type) {
      case "Add":
        return effect.persist({ type: "Added", n: command.n }).thenReply(command, ({ sum }) => sum);
      case "Read":
        return effect.reply(command, state);
    }
  },
  eventHandler: ({ sum, additions }, { n }) => ({ sum: sum + n, additions: additions + 1 }),
});

export async function movedCounter(folder: string) {
  const system = await ActorSystem.create("counters", { storage: levelStorage(folder) });
  return { system, ref: system.entityRef(counter, "counter:1") };
}
