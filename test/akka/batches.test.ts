/** How a replay is read: in batches that are pulled one after the other, as Pekko's ReplayBatchingSpec has it. */
import { expect } from "chai";
import type { Storage } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { systemClock } from "#src/clock.js";
import type { EventRecord } from "#src/storage/stored-event.js";
import { alteredStorage } from "../support/altered-storage.ts";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Notebook, notebook, noted, read } from "../support/notebook.ts";
import { startSystem, storeWords } from "../support/start-system.ts";
import { deferred, eventually, quiet, rejection } from "../support/waiting.ts";

/** A storage that reads two events at a time, waits before each batch, and says what it does. */
function inTwos(storage: Storage, said: string[], before: (batch: number) => Promise<void>): Storage {
  return alteredStorage(storage, {
    journal: (journal) => ({
      async *read(id, range) {
        const events = [];
        for await (const batch of journal.read(id, range)) events.push(...batch);
        try {
          for (let batch = 0; batch * 2 < events.length; batch++) {
            said.push(`batch ${batch + 1} wanted`);
            await before(batch + 1);
            yield events.slice(batch * 2, batch * 2 + 2);
          }
        } finally {
          said.push("released");
        }
      },
    }),
  });
}

function saying(said: string[]): Notebook {
  return notebook(
    {},
    {
      eventHandler: (words, { word }) => {
        said.push(word);
        return [...words, word];
      },
      onSignal: (_words, { type }) => said.push(type),
    },
  );
}

describe("a replay in batches", () => {
  it("95, 98: asks for the next batch when it has applied the one before, and is completed after the last", async () => {
    const storage = memoryStorage();
    await storeWords(storage, "abcde");
    const said: string[] = [];
    const system = await startSystem({ storage: inTwos(storage, said, quiet) });
    expect(await system.entityRef(saying(said), "1").ask(read)).to.deep.equal([..."abcde"]);
    expect(said).to.deep.equal([
      ...["batch 1 wanted", "a", "b", "batch 2 wanted", "c", "d", "batch 3 wanted", "e"],
      ...["released", "RecoveryCompleted"],
    ]);
  });

  it("99: lets go of its reader when the entity is gone, and takes no batch that comes late", async () => {
    const storage = memoryStorage();
    await storeWords(storage, "abcde");
    const said: string[] = [];
    const late = deferred();
    const before = (batch: number): Promise<void> => (batch === 2 ? late.promise : Promise.resolve());
    const system = await startSystem({ storage: inTwos(storage, said, before) });
    const ref = system.entityRef(saying(said), "1");
    const asked = rejection(ref.ask(read));
    await eventually("the second batch is wanted", () => said.includes("batch 2 wanted"));
    await system.kill(ref);
    expect(await asked).to.have.property("code", "ACTOR_STOPPED");
    late.resolve();
    await eventually("the reader is released", () => said.includes("released"));
    expect(said).to.deep.equal(["batch 1 wanted", "a", "b", "batch 2 wanted", "released"]);
  });
});

function events(count: number, payload: string): EventRecord[] {
  const event = { type: "Noted", version: 1, timestamp: 1, tags: [], metadata: undefined, payload };
  return Array.from({ length: count }, () => event);
}

onEveryStorage((newStorage) => {
  describe("reading a stream in batches", () => {
    const stream = { persistenceId: "notebook|1", entityType: "notebook", entityId: "1" };

    it("96: gives no more than max events in all, over however many batches", async () => {
      const store = await newStorage().open({ clock: systemClock, onFailure: (error) => expect.fail(String(error)) });
      const kilobyte = JSON.stringify(noted("x".repeat(1_000)));
      for (let sequenceNr = 1; sequenceNr < 3_000; sequenceNr += 100) {
        void store.journal.append({ ...stream, sequenceNr, events: events(100, kilobyte) });
      }
      const batches: number[][] = [];
      for await (const batch of store.journal.read("notebook|1", { fromSequenceNr: 101, max: 2_500 })) {
        batches.push(batch.map(({ sequenceNr }) => sequenceNr));
      }
      await store.close();
      expect(batches.length).to.be.greaterThan(1);
      expect(batches.flat()).to.deep.equal(Array.from({ length: 2_500 }, (_, n) => n + 101));
    });

    it("97: begins after the events that are deleted", async () => {
      const store = await newStorage().open({ clock: systemClock, onFailure: (error) => expect.fail(String(error)) });
      for (let sequenceNr = 1; sequenceNr <= 5; sequenceNr++) {
        await store.journal.append({ ...stream, sequenceNr, events: events(1, JSON.stringify(noted("x"))) });
      }
      await store.journal.deleteTo("notebook|1", 3);
      const numbers: number[] = [];
      for await (const batch of store.journal.read("notebook|1", { fromSequenceNr: 1 })) {
        numbers.push(...batch.map(({ sequenceNr }) => sequenceNr));
      }
      await store.close();
      expect(numbers).to.deep.equal([4, 5]);
    });
  });
});
