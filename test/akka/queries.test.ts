/** The finite part of the query contract of Akka.NET: what is read ends with what was stored when it was asked. */
import { expect } from "chai";
import type { ActorSystem, EntityRef, EventEnvelope } from "rekindle";
import { faultyStorage } from "rekindle/testkit";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Notebook, note, notebook, type Order } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";

async function words(events: AsyncIterable<EventEnvelope>): Promise<string[]> {
  const found: string[] = [];
  for await (const { event, timestamp } of events) {
    expect(timestamp).to.be.above(0);
    found.push((event as { word: string }).word);
  }
  return found;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

onEveryStorage((newStorage) => {
  describe("Akka: a finite query", () => {
    let system: ActorSystem;
    let definition: Notebook;

    beforeEach(async () => {
      system = await startSystem({ storage: faultyStorage(newStorage()) });
      definition = notebook({}, { persistenceId: (entityId) => entityId });
    });

    function writer(id: string): EntityRef<Order> {
      return system.entityRef(definition, id);
    }

    async function write(id: string, ...stored: string[]): Promise<void> {
      for (const word of stored) await writer(id).ask(note(word));
    }

    it("CurrentEventsByPersistenceId: is pulled by its reader, and ends with what was stored when it began", async () => {
      await write("a", "a-1", "a-2", "a-3");
      const events = system.readJournal.eventsByPersistenceId("a");
      const seen: unknown[] = [];
      for (let n = 0; n < 2; n++) seen.push((await events.next()).value?.sequenceNr);
      await write("a", "a-4");
      for (let next = await events.next(); !next.done; next = await events.next()) seen.push(next.value.sequenceNr);
      expect(seen).to.deep.equal([1, 2, 3]);
    });

    it("CurrentEventsByPersistenceId: keeps to its window, also an empty one", async () => {
      await write("b", "b-1", "b-2", "b-3");
      const { readJournal } = system;
      const within = (fromSequenceNr: number, toSequenceNr: number, id = "b") =>
        words(readJournal.eventsByPersistenceId(id, { fromSequenceNr, toSequenceNr }));
      expect(await within(0, 2)).to.deep.equal(["b-1", "b-2"]);
      expect(await within(0, 0)).to.deep.equal([]);
      expect(await within(4, 3)).to.deep.equal([]);
      expect(await within(0, Number.MAX_SAFE_INTEGER, "never written")).to.deep.equal([]);
      expect(await within(0, 0, "never written")).to.deep.equal([]);
    });

    it("CurrentEventsByPersistenceId: passes over what was deleted", async () => {
      const options = { persistenceId: (id: string) => id, snapshots: { every: 2, keep: 1, deleteEvents: true } };
      definition = notebook({}, options);
      await write("h", "h-1", "h-2", "h-3", "h-4", "h-5");
      await system.stop(writer("h"));
      expect(await words(system.readJournal.eventsByPersistenceId("h"))).to.deep.equal(["h-3", "h-4", "h-5"]);
    });

    it("CurrentPersistenceIds: gives every id once, however many events it has, and none that comes later", async () => {
      for (const id of ["a", "b", "c"]) await write(id, ...Array.from({ length: 30 }, (_, n) => `${id}-${n}`));
      const ids = system.readJournal.persistenceIds();
      const first = await ids.next();
      await write("d", "d-1");
      expect([first.value, ...(await all(ids))].sort()).to.deep.equal(["a", "b", "c"]);
    });

    it("CurrentAllEvents: gives the one order of all, after an exclusive offset, and ends", async () => {
      expect(await words(system.readJournal.events())).to.deep.equal([]);
      await write("a", "a-1", "a-2");
      await write("b", "b-1");
      await write("a", "a-3");
      expect(await words(system.readJournal.events())).to.deep.equal(["a-1", "a-2", "b-1", "a-3"]);
      expect(await words(system.readJournal.events({ fromOffset: 2 }))).to.deep.equal(["b-1", "a-3"]);
      const events = system.readJournal.events();
      await events.next();
      await write("b", "b-2");
      expect(await words(events)).to.deep.equal(["a-2", "b-1", "a-3"]);
    });

    it("CurrentAllEvents: gives 150 events, all and in order", async () => {
      const stored = Array.from({ length: 150 }, (_, n) => `a-${n}`);
      await write("a", ...stored);
      expect(await words(system.readJournal.events())).to.deep.equal(stored);
    });
  });
});
