import {
  type ActorContext,
  configurePersistence,
  dispatch,
  type PersistentActorContext,
  query,
  type Ref,
  spawnPersistent,
  start,
  stop,
} from "nact";
import { levelStorage } from "rekindle/level";
import { persistenceEngine } from "rekindle/nact";

interface Added {
  type: "Added";
  n: number;
}

// nact hands these to a persistent actor, but its declarations leave two of them out.
type Context = PersistentActorContext<Added, Ref<unknown>> & { recovering?: boolean; sender: Ref<number> };

async function count(sum: number, message: Added, context: ActorContext<Added, Ref<unknown>>): Promise<number> {
  const { persist, recovering, sender } = context as Context;
  if (recovering) return sum + message.n;
  await persist(message); // on disk when it resolves
  dispatch(sender, sum + message.n);
  return sum + message.n;
}

export function nactCounter(folder: string) {
  const engine = persistenceEngine(levelStorage(folder), { entityType: "counter" });
  const system = start(configurePersistence(engine));
  const counter = spawnPersistent(system, count, "counter:1", "counter-1", {
    initialState: 0,
    snapshotEvery: 5,
    async onCrash(_message, _error, context) {
      await new Promise((resolve) => setTimeout(resolve, 100)); // a store that is down is not asked in a tight loop
      return context.reset; // back to what is stored
    },
  });
  return {
    add: (n: number) => query(counter, (_answerTo: Ref<number>): Added => ({ type: "Added", n }), 1_000),
    async close(): Promise<void> {
      await new Promise((resolve) => setImmediate(resolve)); // nact takes a snapshot after it has answered
      stop(counter);
      stop(system);
      await engine.close(); // writes that are pending finish first
    },
  };
}
