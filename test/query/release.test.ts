/** What live readers hold, and when they let go of it: nobody has to leave for the store to be released. */
import { expect } from "chai";
import { memoryStorage } from "rekindle/memory";
import { ManualClock } from "rekindle/testkit";
import type { Journal } from "#src/storage/journal.js";
import { quiet } from "../support/waiting.ts";
import { queriesOf, writeOf } from "./open-journal.ts";

/** Counts followers and open walks of a journal. */
class Held {
  followers = 0;
  walks = 0;
  journal: Journal;

  constructor(journal: Journal) {
    const walk = async function* <T>(held: Held, batches: AsyncIterable<T>): AsyncGenerator<T> {
      held.walks++;
      try {
        yield* batches;
      } finally {
        held.walks--;
      }
    };
    this.journal = {
      backlog: journal.backlog,
      append: (request) => journal.append(request),
      highestSequenceNr: (id) => journal.highestSequenceNr(id),
      purgedTo: (id) => journal.purgedTo(id),
      deleteTo: (id, to) => journal.deleteTo(id, to),
      highestOffset: () => journal.highestOffset(),
      read: (id, range) => walk(this, journal.read(id, range)),
      readAll: (fromOffset) => walk(this, journal.readAll(fromOffset)),
      readTag: (tag, fromOffset) => walk(this, journal.readTag(tag, fromOffset)),
      persistenceIds: () => walk(this, journal.persistenceIds()),
      follow: (listener) => {
        this.followers++;
        const leave = journal.follow(listener);
        return () => {
          this.followers--;
          leave();
        };
      },
    };
  }

  get counts(): [followers: number, walks: number] {
    return [this.followers, this.walks];
  }
}

describe("a live reader", () => {
  let held: Held;
  let clock: ManualClock;
  let queries: ReturnType<typeof queriesOf>;

  beforeEach(async () => {
    clock = new ManualClock();
    const { journal } = await memoryStorage().open({ clock, onFailure: () => undefined });
    held = new Held(journal);
    queries = queriesOf(held.journal, clock);
    for (let id = 0; id < 3_000; id++) await journal.append(writeOf(`cart|${id}`, 1, 1, ["green"]));
  });

  function everyKind(): AsyncIterableIterator<unknown, void>[] {
    const { readJournal } = queries;
    return [
      readJournal.events({ live: true }),
      readJournal.eventsByTag("green", { live: true }),
      readJournal.eventsByPersistenceId("cart|1", { live: true }),
      readJournal.persistenceIds({ live: true }),
    ];
  }

  it("holds nothing before it is asked for its first item", async () => {
    for (const query of everyKind()) expect(query).to.have.property("next");
    await quiet();
    expect(held.counts).to.deep.equal([0, 0]);
  });

  it("holds nothing after its reader has left, in the middle of what is stored or at its end", async () => {
    const follower = queries.readJournal.events({ live: true, fromOffset: 3_000 });
    const next = follower.next();
    await quiet();
    expect(held.counts).to.deep.equal([1, 0]);
    await follower.return?.();
    await next;
    for (const query of everyKind()) for await (const _first of query) break;
    await quiet();
    clock.advance(1_000);
    await quiet();
    expect(held.counts).to.deep.equal([0, 0]);
  });

  it("holds no walk of a reader that does not come back, and gives it the rest when it does", async () => {
    const pulled = everyKind();
    for (const query of pulled) await query.next();
    await quiet();
    expect(held.walks).to.be.above(0);
    clock.advance(1_000);
    await quiet();
    expect(held.walks).to.equal(0);
    const [everything, tagged, , ids] = pulled;
    for (const query of [everything, tagged, ids])
      for (let item = 2; item <= 3_000; item++) expect((await query?.next())?.done).to.equal(false);
  });

  it("that does not come back is followed for no longer than its channel remembers", async () => {
    const abandoned = queries.readJournal.eventsByPersistenceId("cart|1", { live: true });
    await abandoned.next();
    const waiting = abandoned.next();
    await quiet();
    await held.journal.append(writeOf("cart|1", 2, 1));
    await waiting;
    expect(held.followers).to.equal(1);
    for (let write = 0; write < 20; write++) await held.journal.append(writeOf("cart|1", 3 + write * 1_000, 1_000));
    expect(held.followers).to.equal(0);
    for (let sequenceNr = 3; sequenceNr <= 20_002; sequenceNr++)
      expect((await abandoned.next()).value?.sequenceNr).to.equal(sequenceNr);
    await abandoned.return?.();
  });

  it("of thousands that came and left leaves nothing behind", async () => {
    for (let round = 0; round < 20; round++) {
      const readers = Array.from({ length: 100 }, (_, n) =>
        queries.readJournal.eventsByPersistenceId(`cart|${n % 7}`, { live: true, fromSequenceNr: 2 }),
      );
      const nexts = readers.map((query) => query.next());
      await quiet();
      expect(held.followers).to.equal(1);
      for (const query of readers) await query.return?.();
      await Promise.all(nexts);
    }
    expect(held.counts).to.deep.equal([0, 0]);
  });
});
