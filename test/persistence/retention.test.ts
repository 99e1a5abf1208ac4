/** Snapshots by rule, and what becomes of older snapshots and of the events that they hold. */
import { expect } from "chai";
import type { SnapshotRule } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage } from "rekindle/testkit";
import { deleteUpperSequenceNr } from "#src/persistence/snapshotting.js";
import { alteredStorage } from "../support/altered-storage.ts";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Noted, note, notebook, noted, read, type Words } from "../support/notebook.ts";
import { historyOf, startSystem } from "../support/start-system.ts";
import { eventually } from "../support/waiting.ts";
import { watchedStorage } from "../support/watched-storage.ts";

type Rule = SnapshotRule<Noted, Words>;

/** The sequence numbers of the snapshots that a rule saves over so many events, and the deletions that follow. */
async function retained(rule: Rule, events: number): Promise<{ saved: number[]; deletions: string[] }> {
  const saved: number[] = [];
  const storage = watchedStorage(memoryStorage());
  const system = await startSystem({ storage });
  const definition = notebook(
    {},
    {
      snapshots: rule,
      onSignal: (_words, signal) => signal.type === "SnapshotSaved" && saved.push(signal.sequenceNr),
    },
  );
  const ref = system.entityRef(definition, "1");
  for (let n = 1; n <= events; n++) await ref.ask(note(String(n)));
  await system.stop(ref);
  const deletions = storage.calls.filter((call) => call.startsWith("delete"));
  return { saved, deletions: deletions.map((call) => call.replace(/^delete (.*) of notebook\|1$/, "$1")) };
}

function at(...numbers: number[]): NonNullable<Rule["when"]> {
  return (_words, _event, sequenceNr) => numbers.includes(sequenceNr);
}

const cases: readonly (readonly [string, Rule, number, number[], string[]])[] = [
  ["58: every 2 keeps all by default", { every: 2 }, 5, [2, 4], []],
  ["60: when saves after every event for which it is true", { when: at(1, 2, 4) }, 5, [1, 2, 4], []],
  [
    "62: every 3, of which 2 are kept",
    { every: 3, keep: 2 },
    18,
    [3, 6, 9, 12, 15, 18],
    ["snapshots to 3", "snapshots to 6", "snapshots to 9", "snapshots to 12"],
  ],
  [
    "63: events go before the snapshots that they need",
    { every: 3, keep: 2, deleteEvents: true },
    18,
    [3, 6, 9, 12, 15, 18],
    [
      ...["events to 3", "snapshots to 2", "events to 6", "snapshots to 5"],
      ...["events to 9", "snapshots to 8", "events to 12", "snapshots to 11"],
    ],
  ],
  [
    "64: only snapshots of every lead to deletions",
    { every: 5, keep: 1, when: at(3, 13) },
    15,
    [3, 5, 10, 13, 15],
    ["snapshots to 5", "snapshots to 10"],
  ],
  [
    "65: a snapshot that both want is saved once",
    { every: 2, keep: 3, when: at(2, 3), deleteEvents: true },
    10,
    [2, 3, 4, 6, 8, 10],
    ["events to 2", "snapshots to 1", "events to 4", "snapshots to 3"],
  ],
  [
    "67: every event",
    { every: 1, keep: 3 },
    6,
    [1, 2, 3, 4, 5, 6],
    ["snapshots to 1", "snapshots to 2", "snapshots to 3"],
  ],
];

describe("the snapshot rule", () => {
  for (const [sentence, rule, events, saved, deletions] of cases) {
    it(sentence, async () => expect(await retained(rule, events)).to.deep.equal({ saved, deletions }));
  }

  it("73: leaves the newest of `keep` snapshots and what they need", () => {
    const upper = (sequenceNr: number): number => deleteUpperSequenceNr(sequenceNr, 3, 2);
    expect([1, 3, 6, 7, 9, 10, 12, 18, 20].map(upper)).to.deep.equal([0, 0, 0, 1, 3, 4, 6, 12, 14]);
  });

  it("59: makes one snapshot of several events of one effect, after the last", async () => {
    const saved: number[] = [];
    const system = await startSystem();
    const definition = notebook(
      { Three: (_words, _order, { effect }) => effect.persist([noted("a"), noted("b"), noted("c")]) },
      {
        snapshots: { every: 2 },
        onSignal: (_words, signal) => signal.type === "SnapshotSaved" && saved.push(signal.sequenceNr),
      },
    );
    const ref = system.entityRef(definition, "1");
    await ref.ask({ type: "Three" });
    await system.stop(ref);
    expect(saved).to.deep.equal([3]);
  });

  it("leads to deletions when both every and when want it for different events of one effect", async () => {
    const storage = watchedStorage(memoryStorage());
    const system = await startSystem({ storage });
    const definition = notebook(
      { Three: (_words, _order, { effect }) => effect.persist([noted("a"), noted("b"), noted("c")]) },
      { snapshots: { every: 2, keep: 1, when: at(3) } },
    );
    const ref = system.entityRef(definition, "1");
    await ref.ask({ type: "Three" });
    await system.stop(ref);
    expect(storage.calls).to.include("delete snapshots to 1 of notebook|1");
  });

  it("61: when is asked about each event with the state right after it", async () => {
    const asked: string[] = [];
    const system = await startSystem();
    const definition = notebook(
      { Three: (_words, _order, { effect }) => effect.persist([noted("a"), noted("b"), noted("c")]) },
      {
        snapshots: {
          when: (words, { word }, sequenceNr) => {
            asked.push(`${words.join("")}: ${word} is ${sequenceNr}`);
            return word === "b";
          },
        },
      },
    );
    const ref = system.entityRef(definition, "1");
    await ref.ask({ type: "Three" });
    await system.kill(ref);
    expect(await ref.ask(read)).to.deep.equal(["a", "b", "c"]);
    expect(asked).to.deep.equal(["a: a is 1", "ab: b is 2", "abc: c is 3"]);
  });
});

describe("retention", () => {
  it("deletes nothing when the snapshot could not be saved", async () => {
    const faults = faultyStorage(memoryStorage());
    const storage = watchedStorage(faults);
    const system = await startSystem({ storage });
    const ref = system.entityRef(notebook({}, { snapshots: { every: 1, keep: 1, deleteEvents: true } }), "1");
    await ref.ask(note("a"));
    faults.failNext("save");
    await ref.ask(note("b"));
    await system.stop(ref);
    expect(storage.calls.filter((call) => call.startsWith("delete"))).to.deep.equal([]);
  });

  it("232: deletes no event when the snapshot cannot be read again", async () => {
    const storage = watchedStorage(memoryStorage());
    const forgetful = alteredStorage(storage, { snapshots: () => ({ load: async () => undefined }) });
    const system = await startSystem({ storage: forgetful });
    const ref = system.entityRef(notebook({}, { snapshots: { every: 1, keep: 1, deleteEvents: true } }), "1");
    for (const word of "abc") await ref.ask(note(word));
    await system.stop(ref);
    expect(storage.calls.filter((call) => call.startsWith("delete"))).to.deep.equal([]);
  });

  it("keeps the older snapshots when the events could not be deleted", async () => {
    const faults = faultyStorage(memoryStorage());
    const storage = watchedStorage(faults);
    const system = await startSystem({ storage });
    const failed: number[] = [];
    const definition = notebook(
      {},
      {
        snapshots: { every: 1, keep: 1, deleteEvents: true },
        onSignal: (_words, signal) => signal.type === "DeletionFailed" && failed.push(signal.toSequenceNr),
      },
    );
    const ref = system.entityRef(definition, "1");
    await ref.ask(note("a"));
    faults.failNext("deleteTo");
    await ref.ask(note("b"));
    await system.stop(ref);
    expect(storage.calls.filter((call) => call.startsWith("delete"))).to.deep.equal([
      "delete events to 1 of notebook|1",
    ]);
    expect(failed).to.deep.equal([1]);
  });

  it("runs one cycle at a time", async () => {
    const faults = faultyStorage(memoryStorage());
    const storage = watchedStorage(faults);
    const system = await startSystem({ storage });
    const ref = system.entityRef(notebook({}, { snapshots: { every: 1, keep: 1, deleteEvents: true } }), "1");
    const deletions = (): string[] => storage.calls.filter((call) => call.startsWith("delete"));
    faults.hold("deleteTo");
    for (const word of "abcd") await ref.ask(note(word));
    await eventually("the first deletion is under way", () => deletions().length > 0);
    expect(deletions()).to.deep.equal(["delete events to 1 of notebook|1"]);
    faults.release("deleteTo");
    await system.stop(ref);
    expect(deletions().filter((call) => call.includes("events"))).to.deep.equal(
      [1, 2, 3].map((n) => `delete events to ${n} of notebook|1`),
    );
  });
});

onEveryStorage((newStorage) => {
  describe("retention with deleted events", () => {
    it("leaves enough to recover from, and the numbers go on", async () => {
      const system = await startSystem({ storage: newStorage() });
      const ref = system.entityRef(notebook({}, { snapshots: { every: 3, keep: 1, deleteEvents: true } }), "1");
      for (const word of "abcdefgh") await ref.ask(note(word));
      await system.stop(ref);
      expect((await historyOf(system, ref)).map(({ sequenceNr }) => sequenceNr)).to.deep.equal([4, 5, 6, 7, 8]);
      expect(await ref.ask(read)).to.deep.equal([..."abcdefgh"]);
      expect(await ref.ask(note("i"))).to.equal(9);
    });
  });
});
