/** A long history is pulled through memory, not loaded into it. */
import { expect } from "chai";
import { configurePersistence, type PersistedEvent, start, stop } from "nact";
import { levelStorage } from "rekindle/level";
import { persistenceEngine } from "rekindle/nact";
import { systemClock } from "#src/clock.js";
import type { Storage } from "#src/storage/storage.js";
import type { EventRecord } from "#src/storage/stored-event.js";
import { type Add, backends, folders, NactCounter, withJournal } from "./fixture.ts";

const events = 100_000;
const perAppend = 1_000;

async function fill(storage: Storage): Promise<void> {
  const store = await storage.open({ clock: systemClock, onFailure: (error) => expect.fail(String(error)) });
  const record: EventRecord = {
    type: "Add",
    version: 1,
    timestamp: 1,
    tags: [],
    metadata: undefined,
    payload: JSON.stringify({ type: "Add", n: 1 }),
  };
  const stream = { persistenceId: "long", entityType: "nact", entityId: "long" };
  for (let sequenceNr = 1; sequenceNr <= events; sequenceNr += perAppend) {
    await store.journal.append({ ...stream, sequenceNr, events: Array.from({ length: perAppend }, () => record) });
  }
  await store.close();
}

interface Watched {
  readonly storage: Storage;
  /** To be called for each event that is dealt with. */
  readonly taken: () => void;
  /** How many events of the batches before were not yet dealt with whenever a further batch was asked for. */
  readonly leftOver: number[];
}

function watched(storage: Storage): Watched {
  const leftOver: number[] = [];
  let handedOut = 0;
  const taken = (): number => handedOut--;
  const watching = withJournal(storage, (journal) => ({
    async *read(id, range) {
      for await (const batch of journal.read(id, range)) {
        handedOut += batch.length;
        yield batch;
        leftOver.push(handedOut);
      }
    },
  }));
  return { storage: watching, taken, leftOver };
}

function assertOneAtATime(leftOver: readonly number[]): void {
  expect(leftOver.length).to.be.above(1);
  expect(Math.max(...leftOver)).to.equal(0);
}

for (const [name, make] of Object.entries(backends)) {
  describe(`a history of 100,000 events over ${name}`, function () {
    this.timeout(60_000);
    let place: () => Storage;

    before(async () => {
      place = await make();
      await fill(place());
    });

    after(() => folders.removeAll());

    it("recovers a nact actor with one batch in memory at a time", async () => {
      const { storage, taken, leftOver } = watched(place());
      const engine = persistenceEngine(storage);
      const system = start(configurePersistence(engine));
      const counter = new NactCounter(system, "long", {
        initialState: { sum: 0, seen: [] },
        decoder: (add) => {
          taken();
          return { ...(add as Add), n: 0 };
        },
      });
      await counter.add(0, {}, 50_000);
      assertOneAtATime(leftOver);
      stop(system);
      await engine.close();
    });

    it("waits for a slow reducer before the next batch is read", async () => {
      const { storage, taken, leftOver } = watched(place());
      const engine = persistenceEngine(storage);
      const reducer = async (previous: Promise<number>, _event: PersistedEvent, index: number): Promise<number> => {
        const sum = await previous;
        if (index % 10_000 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        taken();
        return sum + 1;
      };
      expect(await engine.events("long").reduce(reducer, Promise.resolve(0))).to.equal(events);
      assertOneAtATime(leftOver);
      await engine.close();
    });
  });
}

describe("a storage with a long history", () => {
  it("lets go of what was asked for when a reader leaves early", async () => {
    const folder = await folders.make();
    await fill(levelStorage(folder));
    const engine = persistenceEngine(levelStorage(folder));
    expect(await engine.events("long", 10, 5)).to.have.lengthOf(5);
    await engine.close();
    await folders.removeAll();
  }).timeout(30_000);
});
