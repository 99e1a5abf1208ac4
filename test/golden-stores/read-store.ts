/** Everything that there is to read in a golden store, by the newest release. */
import { ActorSystem, type EventEnvelope, type Storage, type VerificationReport } from "rekindle";
import { ManualClock } from "rekindle/testkit";
import { type Release, releaseOf } from "./releases.ts";
import { endOfStory } from "./story.ts";

/** In JSON, as it is kept beside the store. */
export interface Reading {
  readonly verification: VerificationReport;
  readonly persistenceIds: readonly string[];
  /** As they are stored. */
  readonly stored: readonly EventEnvelope[];
  /** The offsets of the stored events with each tag. */
  readonly tagged: Readonly<Record<string, readonly number[]>>;
  /** As the newest release sees them. */
  readonly present: readonly EventEnvelope[];
  readonly states: Readonly<Record<string, unknown>>;
  readonly snapshots: Readonly<Record<string, readonly unknown[]>>;
  readonly views: readonly unknown[];
  /** What is owed to the recipient of the courier. */
  readonly deliveries: readonly unknown[];
  /** What commands that come again are answered; nothing is stored for them. */
  readonly repeated: readonly unknown[];
}

const tags = ["money", "cash", "report", "nothing"];

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Reads a store; what recovery saves on the way may change it. */
export async function readStore(storage: Storage): Promise<Reading> {
  const untouched = await readStored(storage);
  const side = await readSideRecords(storage, untouched.persistenceIds);
  const present = await readPresent(storage, untouched.persistenceIds);
  // As it comes out of a file.
  return JSON.parse(JSON.stringify({ ...untouched, ...side, ...present }));
}

async function system<T>(storage: Storage, read: (system: ActorSystem) => Promise<T>): Promise<T> {
  const system = await ActorSystem.create("golden", { storage, clock: new ManualClock(endOfStory) });
  try {
    return await read(system);
  } finally {
    await system.terminate();
  }
}

function readStored(storage: Storage): Promise<Pick<Reading, "verification" | "persistenceIds" | "stored" | "tagged">> {
  return system(storage, async ({ readJournal, storage }) => {
    const offsetsOf = async (tag: string): Promise<[string, number[]]> => {
      const found = await all(readJournal.eventsByTag(tag));
      return [tag, found.map(({ offset }) => offset)];
    };
    return {
      verification: await storage.verify(),
      persistenceIds: (await all(readJournal.persistenceIds())).sort(),
      stored: await all(readJournal.events()),
      tagged: Object.fromEntries(await Promise.all(tags.map(offsetsOf))),
    };
  });
}

async function readSideRecords(
  storage: Storage,
  ids: readonly string[],
): Promise<Pick<Reading, "snapshots" | "views">> {
  const { snapshots, views, close } = await open(storage);
  const found: [string, unknown[]][] = [];
  for (const id of ids) {
    const listed = await snapshots.list(id);
    const loaded = listed.map(({ sequenceNr }) =>
      snapshots.load(id, { minSequenceNr: sequenceNr, maxSequenceNr: sequenceNr }),
    );
    found.push([id, await Promise.all(loaded)]);
  }
  const entries: unknown[] = [];
  for (const view of (await views?.list()) ?? []) {
    const { name, generations } = view;
    const versions = generations.map(({ generation }) => views && all(views.entries({ name, generation })));
    entries.push({ ...view, entries: (await Promise.all(versions)).map((batches) => batches?.flat()) });
  }
  await close();
  return { snapshots: Object.fromEntries(found), views: entries };
}

async function open(storage: Storage) {
  const store = await storage.open({ clock: new ManualClock(endOfStory), onFailure() {} });
  return { snapshots: store.snapshots, views: store.views, close: () => store.close() };
}

function readPresent(
  storage: Storage,
  ids: readonly string[],
): Promise<Pick<Reading, "present" | "states" | "deliveries" | "repeated">> {
  const deliveries: unknown[] = [];
  const release = releaseOf(3, deliveries);
  return system(storage, async (system) => {
    for (const definition of Object.values(release)) system.register(definition);
    const present = await all(system.readJournal.events());
    const states: Record<string, unknown> = {};
    for (const id of ids) {
      const [entityType = "", ...rest] = id.split("|");
      const definition = release[entityType as keyof Release];
      states[id] = await system.entityRef(definition, rest.join("|")).ask({ type: "Read" });
    }
    const highest = system.readJournal.currentOffset();
    const again = { type: "Tell", events: [{ type: "Withdrawn" }] } as const;
    const trigger = { triggeringEvent: "order-17" };
    const repeated = [
      await system.entityRef(release.account, "3").ask(again, { commandId: "first" }),
      await system.entityRef(release.diary, "1").ask(again, { commandId: "ninth" }),
      await system.entityRef(release.account, "1").ask(again, { commandId: "second" }),
      await system.eventStore.update(release.account, "4", 0, [{ type: "Closed" }], trigger),
      { stored: system.readJournal.currentOffset() - highest },
    ];
    return { present, states, deliveries, repeated };
  });
}
