/** Retention as Akka's RetentionSpec has it: every signal of a rule, in order, event by event. */
import { expect } from "chai";
import { eventSourced, type Signal, type SnapshotRule, type Storage } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { TestProbe } from "rekindle/testkit";
import { alteredStorage } from "../support/altered-storage.ts";
import { type Noted, note, notebook, noted, read, type Words } from "../support/notebook.ts";
import { historyOf, startSystem, storeWords } from "../support/start-system.ts";
import { quiet } from "../support/waiting.ts";

type Rule = SnapshotRule<Noted, Words>;

/** A signal in short, when it is about retention. */
function brief(signal: Signal): string[] {
  switch (signal.type) {
    case "SnapshotSaved":
      return [`saved ${signal.sequenceNr}`];
    case "EventsDeleted":
      return [`events to ${signal.toSequenceNr}`];
    case "SnapshotsDeleted":
      return [`snapshots to ${signal.toSequenceNr}`];
    case "SnapshotFailed":
    case "DeletionFailed":
      return [signal.type];
    default:
      return [];
  }
}

/** What a notebook with this rule is told while it stores so many events, one by one, each by itself. */
async function told(rule: Rule, events: number, storage: Storage = memoryStorage()): Promise<string> {
  const system = await startSystem({ storage });
  const signals: string[] = [];
  const definition = notebook({}, { snapshots: rule, onSignal: (_words, signal) => signals.push(...brief(signal)) });
  const ref = system.entityRef(definition, "1");
  for (let n = 1; n <= events; n++) {
    await ref.ask(note(String(n)));
    await quiet();
  }
  await system.terminate();
  return signals.join(", ");
}

/** Starts notebook 1 again; resolves with its words, and how they came back. */
async function recovered(
  storage: Storage,
  rule: Rule = {},
): Promise<{ words: unknown; from: number; replayed: number }> {
  const system = await startSystem({ storage });
  const completions = new TestProbe(system);
  system.eventStream.subscribe(completions.ref, "RecoveryCompleted");
  const words = await system.entityRef(notebook({}, { snapshots: rule }), "1").ask(read);
  const completed = await completions.expectMessage<{ snapshotSequenceNr: number; replayedEvents: number }>(() => true);
  await system.terminate();
  return { words, from: completed.snapshotSequenceNr, replayed: completed.replayedEvents };
}

function at(...numbers: number[]): NonNullable<Rule["when"]> {
  return (_words, _event, sequenceNr) => numbers.includes(sequenceNr);
}

/** A store that keeps no snapshot but the newest. */
function onlyOneSnapshot(): Storage {
  return alteredStorage(memoryStorage(), {
    snapshots: (snapshots) => ({
      async save(record) {
        const saved = await snapshots.save(record);
        await snapshots.deleteMatching(record.persistenceId, { maxSequenceNr: record.sequenceNr - 1 });
        return saved;
      },
    }),
  });
}

const three: Parameters<typeof notebook>[0] = {
  Three: (_words, _order, { effect }) => effect.persist([noted("a"), noted("b"), noted("c")]),
};

async function toldOfThree(rule: Rule): Promise<string[]> {
  const system = await startSystem();
  const signals: string[] = [];
  const definition = notebook(three, { snapshots: rule, onSignal: (_words, signal) => signals.push(...brief(signal)) });
  const ref = system.entityRef(definition, "1");
  await ref.ask({ type: "Three" });
  await system.stop(ref);
  return signals;
}

describe("a snapshot by rule", () => {
  it("58: every 2 saves none at the first event, and one at the second, after which nothing is replayed", async () => {
    const storage = memoryStorage();
    expect(await told({ every: 2, keep: 2 }, 1, storage)).to.equal("");
    expect(await recovered(storage)).to.deep.equal({ words: ["1"], from: 0, replayed: 1 });
    expect(await told({ every: 2, keep: 2 }, 1, storage)).to.equal("saved 2");
    expect(await recovered(storage)).to.deep.equal({ words: ["1", "1"], from: 2, replayed: 0 });
  });

  it("59: every 2 saves one for three events of one effect, after the last", async () => {
    expect(await toldOfThree({ every: 2, keep: 2 })).to.deep.equal(["saved 3"]);
  });

  it("60: when, true for every event, saves after each", async () => {
    expect(await told({ when: () => true }, 3)).to.equal("saved 1, saved 2, saved 3");
  });

  it("61: when, true for the second of three events of one effect, saves after the third", async () => {
    expect(await toldOfThree({ when: at(2) })).to.deep.equal(["saved 3"]);
  });
});

describe("retention, signal by signal:", () => {
  const cases: readonly (readonly [string, Rule, number, string])[] = [
    [
      "62: snapshots that are too old go",
      { every: 3, keep: 2 },
      20,
      "saved 3, saved 6, saved 9, snapshots to 3, saved 12, snapshots to 6, saved 15, snapshots to 9, saved 18, snapshots to 12",
    ],
    [
      "63: events go before the snapshots that they need",
      { every: 3, keep: 2, deleteEvents: true },
      18,
      "saved 3, saved 6, saved 9, events to 3, snapshots to 2, saved 12, events to 6, snapshots to 5, " +
        "saved 15, events to 9, snapshots to 8, saved 18, events to 12, snapshots to 11",
    ],
    [
      "64: a snapshot of when leads to no deletion beside a number to keep",
      { every: 5, keep: 1, when: at(3, 13) },
      15,
      "saved 3, saved 5, saved 10, snapshots to 5, saved 13, saved 15, snapshots to 10",
    ],
    [
      "65: nor does it when events go too",
      { every: 2, keep: 3, when: at(3, 13), deleteEvents: true },
      16,
      "saved 2, saved 3, saved 4, saved 6, saved 8, events to 2, snapshots to 1, saved 10, events to 4, snapshots to 3, " +
        "saved 12, events to 6, snapshots to 5, saved 13, saved 14, events to 8, snapshots to 7, saved 16, events to 10, snapshots to 9",
    ],
    [
      "66: when alone deletes what its snapshot covers",
      { when: at(3, 5), deleteEvents: true },
      6,
      "saved 3, events to 3, snapshots to 2, saved 5, events to 5, snapshots to 4",
    ],
    [
      "67: a snapshot of every event",
      { every: 1, keep: 3 },
      7,
      "saved 1, saved 2, saved 3, saved 4, snapshots to 1, saved 5, snapshots to 2, saved 6, snapshots to 3, saved 7, snapshots to 4",
    ],
    [
      "68: a snapshot of every event, with deleted events",
      { every: 1, keep: 3, deleteEvents: true },
      6,
      "saved 1, saved 2, saved 3, saved 4, events to 1, saved 5, events to 2, snapshots to 1, saved 6, events to 3, snapshots to 2",
    ],
  ];
  for (const [sentence, rule, events, signals] of cases) {
    it(sentence, async () => expect(await told(rule, events)).to.equal(signals));
  }

  it("69: a snapshot that the rule has wanted and that is missing is saved after recovery, once", async () => {
    const storage = memoryStorage();
    await storeWords(storage, "abcde");
    const rule = { every: 5, keep: 2 };
    const words = [..."abcde"];
    expect(await recovered(storage, rule)).to.deep.equal({ words, from: 0, replayed: 5 });
    const system = await startSystem({ storage });
    const signals: string[] = [];
    const definition = notebook({}, { snapshots: rule, onSignal: (_words, signal) => signals.push(...brief(signal)) });
    const ref = system.entityRef(definition, "1");
    expect(await ref.ask(read)).to.deep.equal(words);
    await system.stop(ref);
    expect(signals, "the first recovery has saved it").to.deep.equal([]);
    await system.terminate();
    expect(await recovered(storage, rule)).to.deep.equal({ words, from: 5, replayed: 0 });
  });
});

describe("a store that keeps one snapshot only", () => {
  it("70: has the newest one to recover from", async () => {
    const storage = onlyOneSnapshot();
    expect(await told({ every: 2 }, 5, storage)).to.equal("saved 2, saved 4");
    expect(await recovered(storage)).to.deep.equal({ words: [..."12345"], from: 4, replayed: 1 });
  });

  it("72: lets the events go up to the snapshot", async () => {
    const storage = onlyOneSnapshot();
    await told({ when: at(2, 4), deleteEvents: true }, 5, storage);
    const system = await startSystem({ storage });
    const history = await historyOf(system, { persistenceId: "notebook|1" });
    expect(history.map(({ sequenceNr }) => sequenceNr)).to.deep.equal([5]);
    await system.terminate();
    expect(await recovered(storage)).to.deep.equal({ words: [..."12345"], from: 4, replayed: 1 });
  });
});

describe("the numbers of a rule", () => {
  it("73: every 3 wants a snapshot at 3, 6 and 21, and none at 1, 2, 4 and 31", async () => {
    const signals = (await told({ every: 3 }, 31)).split(", ");
    expect(signals).to.include.members(["saved 3", "saved 6", "saved 21"]);
    expect(signals).to.have.lengthOf(10);
  });

  for (const rule of [{ every: 0 }, { every: 1, keep: 0 }, { every: -1 }, { every: 1, keep: 1.5 }]) {
    it(`73: refuses ${JSON.stringify(rule)}`, () => {
      const { options } = notebook();
      expect(() => eventSourced({ ...options, snapshots: rule })).to.throw(TypeError, /snapshots\.(every|keep)/);
    });
  }
});
