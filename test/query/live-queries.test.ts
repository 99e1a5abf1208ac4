/** Live queries: stored events, then those to come, pushed and without a gap or a duplicate; and what ends them. */
import { expect } from "chai";
import type { ActorSystem, EventEnvelope } from "rekindle";
import { faultyStorage } from "rekindle/testkit";
import { from, take, toArray } from "rxjs";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Notebook, note, notebook } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { deferred, eventually, quiet, rejection } from "../support/waiting.ts";

/** A reader in the background, and what it has got so far. */
class Reading<T> {
  readonly items: T[] = [];
  readonly whenEnded: Promise<void>;
  ended = false;

  constructor(query: AsyncIterable<T>) {
    this.whenEnded = this.#run(query);
    this.whenEnded.catch(() => undefined);
  }

  async #run(query: AsyncIterable<T>): Promise<void> {
    try {
      for await (const item of query) this.items.push(item);
    } finally {
      this.ended = true;
    }
  }
}

function wordOf({ event }: EventEnvelope): string {
  return (event as { word: string }).word;
}

onEveryStorage((newStorage) => {
  describe("a live query", () => {
    let system: ActorSystem;
    let colored: Notebook;

    beforeEach(async () => {
      system = await startSystem({ storage: faultyStorage(newStorage()) });
      colored = notebook(
        {},
        { persistenceId: (id) => id, tagger: ({ word }) => word.split(" ").filter((part) => part !== "a") },
      );
    });

    async function write(id: string, ...words: string[]): Promise<void> {
      await Promise.all(words.map((word) => system.entityRef(colored, id).ask(note(word))));
    }

    async function expectWords(reading: Reading<EventEnvelope>, ...expected: string[]): Promise<void> {
      await eventually(`the words ${expected}`, () => reading.items.length >= expected.length);
      await quiet();
      expect(reading.items.map(wordOf)).to.deep.equal(expected);
    }

    it("of everything gives what is stored, then what comes, in one order", async () => {
      await write("a", "1", "2");
      const reading = new Reading(system.readJournal.events({ live: true }));
      await expectWords(reading, "1", "2");
      await write("b", "3");
      await write("a", "4");
      await expectWords(reading, "1", "2", "3", "4");
      expect(reading.items.map(({ offset }) => offset)).to.deep.equal([1, 2, 3, 4]);
    });

    it("begins after an offset, also one that is still to come", async () => {
      await write("a", "1", "2", "3");
      const reading = new Reading(system.readJournal.events({ live: true, fromOffset: 2 }));
      const later = new Reading(system.readJournal.events({ live: true, fromOffset: 4 }));
      await expectWords(reading, "3");
      await write("a", "4", "5");
      await expectWords(reading, "3", "4", "5");
      await expectWords(later, "5");
    });

    it("of an entity type gives only its events", async () => {
      const other = notebook({}, { entityType: "diary" });
      await write("a", "1");
      await system.entityRef(other, "x").ask(note("mine"));
      const reading = new Reading(system.readJournal.events({ live: true, entityType: "diary" }));
      await expectWords(reading, "mine");
      await write("a", "2");
      await system.entityRef(other, "y").ask(note("mine too"));
      await expectWords(reading, "mine", "mine too");
    });

    it("of a tag gives the events with it, once each", async () => {
      await write("a", "a green apple", "a black car", "green green");
      const reading = new Reading(system.readJournal.eventsByTag("green", { live: true }));
      const after = new Reading(system.readJournal.eventsByTag("green", { live: true, fromOffset: 1 }));
      await expectWords(reading, "a green apple", "green green");
      await write("b", "a black dog", "a green leaf", "green tree green");
      await expectWords(reading, "a green apple", "green green", "a green leaf", "green tree green");
      await expectWords(after, "green green", "a green leaf", "green tree green");
      const unknown = new Reading(system.readJournal.eventsByTag("pink", { live: true }));
      await quiet();
      expect(unknown).to.deep.include({ items: [], ended: false });
    });

    it("of one stream gives its window, and ends with it", async () => {
      await write("a", "1", "2", "3");
      const whole = new Reading(system.readJournal.eventsByPersistenceId("a", { live: true }));
      const window = { live: true, fromSequenceNr: 2, toSequenceNr: 4 };
      const bounded = new Reading(system.readJournal.eventsByPersistenceId("a", window));
      const future = new Reading(system.readJournal.eventsByPersistenceId("a", { live: true, fromSequenceNr: 5 }));
      await expectWords(bounded, "2", "3");
      await write("b", "other");
      await write("a", "4", "5");
      await expectWords(whole, "1", "2", "3", "4", "5");
      await expectWords(bounded, "2", "3", "4");
      await expectWords(future, "5");
      expect(bounded.ended).to.equal(true);
      expect(whole.ended).to.equal(false);
    });

    it("of one stream ends at once when its window is empty, or its end is deleted", async () => {
      await write("a", "1", "2", "3");
      await system.storage.deleteEvents("a", 3, { force: true });
      for (const window of [{ toSequenceNr: 0 }, { toSequenceNr: 3 }, { fromSequenceNr: 4, toSequenceNr: 3 }]) {
        const reading = new Reading(system.readJournal.eventsByPersistenceId("a", { ...window, live: true }));
        await reading.whenEnded;
        expect(reading.items).to.deep.equal([]);
      }
    });

    it("of the ids gives every id once, new ones as they come", async () => {
      await write("e", "1", "2");
      await write("f", "1");
      const reading = new Reading(system.readJournal.persistenceIds({ live: true }));
      await eventually("both", () => reading.items.length === 2);
      await write("e", "3");
      await write("g", "1", "2");
      await eventually("the third", () => reading.items.length === 3);
      await quiet();
      expect(reading.items.sort()).to.deep.equal(["e", "f", "g"]);
    });

    it("is pulled: it gives no more than it is asked for", async () => {
      await write("a", "1");
      const query = system.readJournal.events({ live: true });
      const pull = async (): Promise<string> => wordOf((await query.next()).value ?? expect.fail("ended"));
      expect(await pull()).to.equal("1");
      const [second, third] = [pull(), pull()];
      await write("a", "2", "3", "4");
      expect([await second, await third, await pull()]).to.deep.equal(["2", "3", "4"]);
      const fifth = pull();
      expect(await Promise.race([fifth, quiet().then(() => "silence")])).to.equal("silence");
      await write("a", "5");
      expect(await fifth).to.equal("5");
      await query.return();
    });

    it("gives a slow reader everything that has come meanwhile", async () => {
      await write("a", "first");
      const query = system.readJournal.events({ live: true });
      await query.next();
      for (let id = 0; id < 20; id++) await write(String(id), ...Array.from({ length: 50 }, (_, n) => String(n)));
      for (let offset = 2; offset <= 1_001; offset++) {
        const { value } = await query.next();
        expect(value?.offset).to.equal(offset);
      }
      const next = query.next();
      await write("a", "last");
      expect((await next).value?.offset).to.equal(1_002);
      await query.return();
    });

    it("ends when its reader leaves, also while it waits", async () => {
      const query = system.readJournal.events({ live: true });
      const next = query.next();
      await quiet();
      await query.return();
      expect(await next).to.deep.equal({ value: undefined, done: true });
      expect(await query.next()).to.deep.equal({ value: undefined, done: true });
    });

    it("ends with the system", async () => {
      await write("a", "1");
      const { readJournal } = system;
      const readings = [
        readJournal.events({ live: true }),
        readJournal.eventsByTag("1", { live: true }),
        readJournal.eventsByPersistenceId("a", { live: true }),
        readJournal.persistenceIds({ live: true }),
      ].map((query) => new Reading<unknown>(query as AsyncIterable<unknown>));
      const slow = readJournal.events({ live: true });
      await slow.next();
      await eventually("their first items", () => readings.every(({ items }) => items.length === 1));
      await system.terminate();
      await Promise.all(readings.map(({ whenEnded }) => whenEnded));
      expect(await slow.next()).to.deep.equal({ value: undefined, done: true });
    });

    it("throws the reason of its signal: before it began, while it waits, and between two items", async () => {
      const reason = new Error("enough");
      const aborted = system.readJournal.events({ live: true, signal: AbortSignal.abort(reason) });
      expect(await rejection(aborted.next())).to.equal(reason);

      const waiting = new AbortController();
      const reading = new Reading(system.readJournal.events({ live: true, signal: waiting.signal }));
      await quiet();
      waiting.abort(reason);
      expect(await rejection(reading.whenEnded)).to.equal(reason);

      await write("a", "1", "2", "3");
      const between = new AbortController();
      const query = system.readJournal.events({ live: true, signal: between.signal });
      await query.next();
      between.abort(reason);
      expect(await rejection(query.next())).to.equal(reason);
      expect(await query.next()).to.deep.equal({ value: undefined, done: true });
    });

    it("is let go when rxjs unsubscribes, although nothing comes any more", async () => {
      const query = system.readJournal.events({ live: true });
      const subscription = from(query).subscribe();
      await quiet();
      subscription.unsubscribe();
      await quiet();
      expect(await query.next()).to.deep.equal({ value: undefined, done: true });
    });

    it("feeds rxjs, and is let go when rxjs has enough", async () => {
      await write("a", "1", "2");
      const query = system.readJournal.events({ live: true });
      const words = deferred<string[]>();
      from(query)
        .pipe(take(3), toArray())
        .subscribe((events) => words.resolve(events.map(wordOf)));
      await quiet();
      await write("a", "3", "4");
      expect(await words.promise).to.deep.equal(["1", "2", "3"]);
      await quiet();
      expect(await query.next()).to.deep.equal({ value: undefined, done: true });
    });
  });
});
