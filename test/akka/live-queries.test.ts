/** The live part of the query contract of Akka.NET, queries by tag, and what Pekko's LevelDB queries add. */
import { expect } from "chai";
import type { ActorSystem, EventEnvelope, Query } from "rekindle";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Notebook, note, notebook } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { quiet } from "../support/waiting.ts";

const colors = ["green", "black", "apple"];
const end = "the end";

/** What the next pulls bring: `id-sequenceNr`, an id, or the end. */
async function pull<T>(query: Query<T>, times: number): Promise<unknown[]> {
  const pulled: unknown[] = [];
  for (let n = 0; n < times; n++) {
    const { value, done } = await query.next();
    pulled.push(done ? end : shown(value));
  }
  return pulled;
}

/** Nothing comes, and the query does not end. */
async function expectSilence<T>(query: Query<T>): Promise<void> {
  const next = query.next().then(() => "something");
  expect(await Promise.race([next, quiet().then(() => "silence")])).to.equal("silence");
  await query.return();
}

function shown(item: unknown): unknown {
  if (typeof item === "string") return item;
  const { persistenceId, sequenceNr, timestamp } = item as EventEnvelope;
  expect(timestamp).to.be.above(0);
  return `${persistenceId}-${sequenceNr}`;
}

onEveryStorage((newStorage) => {
  describe("Akka: a query", () => {
    let system: ActorSystem;
    let definition: Notebook;

    beforeEach(async () => {
      system = await startSystem({ storage: newStorage() });
      const tagger = (_state: unknown, { word }: { word: string }): string[] =>
        colors.filter((color) => word.includes(color));
      definition = notebook({}, { persistenceId: (id) => id, tagger: (event, state) => tagger(state, event) });
    });

    async function write(id: string, ...words: string[]): Promise<void> {
      for (const word of words) await system.entityRef(definition, id).ask(note(word));
    }

    const count = (id: string, upTo: number, from = 1): Promise<void> =>
      write(id, ...Array.from({ length: upTo - from + 1 }, (_, n) => String(from + n)));

    it("EventsByPersistenceId: finds new events, pushed, and respects demand", async () => {
      await count("c", 3);
      const { readJournal } = system;
      const query = readJournal.eventsByPersistenceId("c", { live: true });
      expect(await pull(query, 2)).to.deep.equal(["c-1", "c-2"]);
      await count("c", 4, 4);
      expect(await pull(query, 2)).to.deep.equal(["c-3", "c-4"]);
      const fifth = query.next();
      await count("c", 5, 5);
      expect((await fifth).value?.sequenceNr).to.equal(5);
      await query.return();
    });

    it("EventsByPersistenceId: completes with its last sequence number", async () => {
      await count("d", 3);
      const query = system.readJournal.eventsByPersistenceId("d", { live: true, fromSequenceNr: 0, toSequenceNr: 4 });
      expect(await pull(query, 3)).to.deep.equal(["d-1", "d-2", "d-3"]);
      await count("d", 4, 4);
      expect(await pull(query, 2)).to.deep.equal(["d-4", end]);
    });

    it("EventsByPersistenceId: does not complete while nothing is stored", async () => {
      const query = system.readJournal.eventsByPersistenceId("never written", { live: true });
      await expectSilence(query);
    });

    it("CurrentEventsByTag: gives the events with a tag in their order, and completes", async () => {
      await write("a", "hello", "a green apple", "something else", "a green banana");
      await write("b", "a black car", "a green leaf");
      const { readJournal } = system;
      const green = readJournal.eventsByTag("green");
      expect(await pull(green, 2)).to.deep.equal(["a-2", "a-4"]);
      await write("c", "a green cucumber");
      expect(await pull(green, 2)).to.deep.equal(["b-2", end]);
      expect(await pull(readJournal.eventsByTag("black"), 2)).to.deep.equal(["b-1", end]);
      expect(await pull(readJournal.eventsByTag("apple"), 2)).to.deep.equal(["a-2", end]);
      expect(await pull(readJournal.eventsByTag("pink"), 1)).to.deep.equal([end]);
      expect(await pull(readJournal.eventsByTag("green", { fromOffset: 4 }), 3)).to.deep.equal(["b-2", "c-1", end]);
    });

    it("CurrentEventsByTag: gives 150 events, all and in order", async () => {
      await write("a", ...Array.from({ length: 150 }, () => "a green apple"));
      const expected = Array.from({ length: 150 }, (_, n) => `a-${n + 1}`);
      expect(await pull(system.readJournal.eventsByTag("green"), 151)).to.deep.equal([...expected, end]);
    });

    it("EventsByTag: finds new events with the tag, after an exclusive offset", async () => {
      await write("a", "hello", "a green apple", "a green banana");
      await write("b", "a black car");
      const { readJournal } = system;
      const black = readJournal.eventsByTag("black", { live: true });
      expect(await pull(black, 1)).to.deep.equal(["b-1"]);
      const next = black.next();
      await write("d", "a black dog", "a black night");
      const { value } = await next;
      expect(value?.tags).to.deep.equal(["black"]);
      expect(await pull(black, 1)).to.deep.equal(["d-2"]);
      await black.return();
      const green = readJournal.eventsByTag("green", { live: true, fromOffset: 2 });
      expect(await pull(green, 1)).to.deep.equal(["a-3"]);
      await expectSilence(green);
    });

    it("PersistenceIds: finds ids, old and new, each once, and no more than are asked for", async () => {
      for (const id of ["e", "f"]) await write(id, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
      const query = system.readJournal.persistenceIds({ live: true });
      expect((await pull(query, 2)).sort()).to.deep.equal(["e", "f"]);
      await write("e", "11");
      await write("g", "1");
      expect(await pull(query, 1)).to.deep.equal(["g"]);
      const more = Array.from({ length: 100 }, (_, n) => `new ${n}`);
      await Promise.all(more.map((id) => write(id, "1")));
      expect((await pull(query, 100)).sort()).to.deep.equal(more.sort());
      await expectSilence(query);
    });

    it("AllEvents: gives the one order of all, finds new events, and does not complete", async () => {
      const { readJournal } = system;
      const query = readJournal.events({ live: true });
      const first = query.next();
      await count("a", 2);
      await count("b", 1);
      await count("a", 3, 3);
      expect(shown((await first).value)).to.equal("a-1");
      expect(await pull(query, 3)).to.deep.equal(["a-2", "b-1", "a-3"]);
      const after = readJournal.events({ live: true, fromOffset: 2 });
      expect(await pull(after, 2)).to.deep.equal(["b-1", "a-3"]);
      await expectSilence(after);
      await query.return();
    });
  });
});
