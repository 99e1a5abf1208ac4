/** Actor systems that end with the test that started them. */
import { ActorSystem, type ActorSystemOptions, type EventEnvelope, type Storage } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { ManualClock } from "rekindle/testkit";
import { note, notebook } from "./notebook.ts";

const graceMs = 1_000;
const running = new Map<ActorSystem, ManualClock | undefined>();

afterEach(async () => {
  const ended = [...running].map(([system, clock]) => {
    const terminated = system.terminate();
    clock?.advance(graceMs);
    return terminated;
  });
  running.clear();
  await Promise.all(ended);
});

/** A system on a storage of its own, unless the options name another. */
export async function startSystem(options: ActorSystemOptions = {}): Promise<ActorSystem> {
  const system = await ActorSystem.create("test", { storage: memoryStorage(), terminateGraceMs: graceMs, ...options });
  running.set(system, options.clock instanceof ManualClock ? options.clock : undefined);
  return system;
}

/** Everything that is stored for an entity. */
export async function historyOf(system: ActorSystem, ref: { persistenceId: string }): Promise<EventEnvelope[]> {
  const envelopes: EventEnvelope[] = [];
  for await (const envelope of system.readJournal.eventsByPersistenceId(ref.persistenceId)) envelopes.push(envelope);
  return envelopes;
}

/** The events that are stored for an entity, each as `sequenceNr word`. */
export async function wordsStored(system: ActorSystem, ref: { persistenceId: string }): Promise<string[]> {
  const history = await historyOf(system, ref);
  return history.map(({ sequenceNr, event }) => `${sequenceNr} ${(event as { word: string }).word}`);
}

/** Stores these words for notebook 1, with a system of its own. */
export async function storeWords(storage: Storage, words: Iterable<string>): Promise<void> {
  const system = await startSystem({ storage });
  const ref = system.entityRef(notebook(), "1");
  for (const word of words) await ref.ask(note(word));
  await system.terminate();
}
