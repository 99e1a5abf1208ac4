/** What the stored history gives, and what a reader leaves behind. */
import { expect } from "chai";
import type { ActorSystem, EventEnvelope, Storage } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { from, lastValueFrom, map, toArray } from "rxjs";
import { systems } from "../support/systems.ts";
import { tally, tallyNamed } from "../support/tally.ts";

const other = tallyNamed("other");

async function all<T>(query: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of query) items.push(item);
  return items;
}

function offsets(events: readonly EventEnvelope[]): number[] {
  return events.map(({ offset }) => offset);
}

describe("the read journal", () => {
  const start = systems();
  let system: ActorSystem;

  beforeEach(async () => {
    system = await start({ storage: memoryStorage() });
    for (const [definition, id] of [
      [tally, "a"],
      [other, "b"],
      [tally, "a"],
      [tally, "c"],
      [tally, "a"],
    ] as const) {
      await system.entityRef(definition, id).ask({ type: "Add", amount: 1 });
    }
  });

  it("29: knows every id that has stored an event, each once", async () => {
    await system.entityRef(tally, "silent").ask({ type: "Get" });
    expect((await all(system.readJournal.persistenceIds())).sort()).to.deep.equal(["other|b", "tally|a", "tally|c"]);
  });

  it("gives the events of one id in order, or a window on them", async () => {
    const { readJournal } = system;
    const numbers = async (window?: object): Promise<number[]> =>
      (await all(readJournal.eventsByPersistenceId("tally|a", window))).map(({ sequenceNr }) => sequenceNr);
    expect(await numbers()).to.deep.equal([1, 2, 3]);
    expect(await numbers({ fromSequenceNr: 2 })).to.deep.equal([2, 3]);
    expect(await numbers({ toSequenceNr: 2 })).to.deep.equal([1, 2]);
    expect(await numbers({ fromSequenceNr: 2, toSequenceNr: 2 })).to.deep.equal([2]);
    expect(await numbers({ fromSequenceNr: 4 })).to.deep.equal([]);
    expect(await all(readJournal.eventsByPersistenceId("tally|unknown"))).to.deep.equal([]);
  });

  it("gives the events of the whole store in the order of their offsets", async () => {
    expect(offsets(await all(system.readJournal.events()))).to.deep.equal([1, 2, 3, 4, 5]);
    expect(offsets(await all(system.readJournal.events({ fromOffset: 3 })))).to.deep.equal([4, 5]);
    expect(offsets(await all(system.readJournal.events({ fromOffset: 5 })))).to.deep.equal([]);
    expect(system.readJournal.currentOffset()).to.equal(5);
  });

  it("gives the events of one entity type", async () => {
    expect(offsets(await all(system.readJournal.events({ entityType: "tally" })))).to.deep.equal([1, 3, 4, 5]);
    expect(offsets(await all(system.readJournal.events({ entityType: "tally", fromOffset: 1 })))).to.deep.equal([
      3, 4, 5,
    ]);
    expect(await all(system.readJournal.events({ entityType: "unknown" }))).to.deep.equal([]);
  });

  it("gives whole envelopes", async () => {
    await system.entityRef(tally, "d").ask({ type: "Add", amount: 7 }, { metadata: { user: "ada" } });
    const [envelope] = await all(system.readJournal.events({ fromOffset: 5 }));
    const { timestamp, ...rest } = envelope ?? expect.fail("no event");
    expect(timestamp).to.be.closeTo(Date.now(), 60_000);
    expect(rest).to.deep.equal({
      offset: 6,
      persistenceId: "tally|d",
      entityType: "tally",
      entityId: "d",
      sequenceNr: 1,
      type: "Added",
      version: 1,
      event: { type: "Added", amount: 7 },
      tags: [],
      metadata: { user: "ada" },
    });
  });

  it("gives what was stored when it was asked, and ends, although more is stored meanwhile", async () => {
    const seen: number[] = [];
    for await (const { offset } of system.readJournal.events()) {
      seen.push(offset);
      if (offset === 1) await system.entityRef(tally, "a").ask({ type: "Add", amount: 1 });
      if (offset > 100) break;
    }
    expect(seen.slice(0, 5)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(seen.length).to.be.at.most(6);
  });

  it("feeds rxjs", async () => {
    const sequenceNrs = from(system.readJournal.eventsByPersistenceId("tally|a")).pipe(
      map(({ sequenceNr }) => sequenceNr),
      toArray(),
    );
    expect(await lastValueFrom(sequenceNrs)).to.deep.equal([1, 2, 3]);
  });

  it("refuses an option of the wrong kind, and names it", () => {
    const { readJournal } = system;
    for (const [name, value] of [
      ["fromOffset", -1],
      ["fromOffset", "1"],
      ["entityType", ""],
      ["live", "yes"],
      ["signal", {}],
    ] as const)
      expect(() => readJournal.events({ [name]: value } as object), name).to.throw(TypeError, name);
    for (const name of ["fromSequenceNr", "toSequenceNr"])
      expect(() => readJournal.eventsByPersistenceId("a", { [name]: 0.5 }), name).to.throw(TypeError, name);
    expect(() => readJournal.eventsByPersistenceId("")).to.throw(TypeError, "persistenceId");
    expect(() => readJournal.eventsByTag("", { live: true })).to.throw(TypeError, "tag");
  });

  it("reads thousands of events in batches, without a gap", async () => {
    const ref = system.entityRef(tally, "long");
    await Promise.all(Array.from({ length: 3_000 }, () => ref.ask({ type: "Add", amount: 1 })));
    const numbers = (await all(system.readJournal.eventsByPersistenceId("tally|long"))).map((e) => e.sequenceNr);
    expect(numbers).to.deep.equal(Array.from({ length: 3_000 }, (_, n) => n + 1));
  });

  describe("whose reader leaves the loop early", () => {
    let released: string[];

    /** Notes when a reader of the store is let go. */
    function noting(storage: Storage): Storage {
      return {
        description: storage.description,
        async open(context) {
          const { journal, snapshots, maintenance, close } = await storage.open(context);
          async function* note<T>(name: string, batches: AsyncIterable<T>): AsyncGenerator<T> {
            try {
              yield* batches;
            } finally {
              released.push(name);
            }
          }
          return {
            snapshots,
            maintenance,
            close,
            journal: {
              backlog: journal.backlog,
              append: (request) => journal.append(request),
              highestSequenceNr: (id) => journal.highestSequenceNr(id),
              purgedTo: (id) => journal.purgedTo(id),
              deleteTo: (id, toSequenceNr) => journal.deleteTo(id, toSequenceNr),
              highestOffset: () => journal.highestOffset(),
              follow: (listener) => journal.follow(listener),
              readTag: (tag, fromOffset) => note("readTag", journal.readTag(tag, fromOffset)),
              read: (id, range) => note("read", journal.read(id, range)),
              readAll: (fromOffset) => note("readAll", journal.readAll(fromOffset)),
              persistenceIds: () => note("persistenceIds", journal.persistenceIds()),
            },
          };
        },
      };
    }

    beforeEach(async () => {
      released = [];
      system = await start({ storage: noting(memoryStorage()) });
      await system.entityRef(tally, "a").ask({ type: "Add", amount: 1 });
      await system.entityRef(tally, "b").ask({ type: "Add", amount: 1 });
      released = [];
    });

    for (const [name, query] of [
      ["read", () => system.readJournal.eventsByPersistenceId("tally|a")],
      ["readAll", () => system.readJournal.events()],
      ["persistenceIds", () => system.readJournal.persistenceIds()],
    ] as const) {
      it(`lets go of ${name} at once, by break and by throw`, async () => {
        for await (const _first of query()) break;
        expect(released).to.deep.equal([name]);
        const failing = async (): Promise<void> => {
          for await (const _first of query()) throw new Error("enough");
        };
        await failing().catch(() => {});
        expect(released).to.deep.equal([name, name]);
      });
    }
  });
});
