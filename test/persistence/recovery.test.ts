/** How an entity gets its state back. */
import { expect } from "chai";
import { type RecoveryOptions, type Storage, StorageCorruptedError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, TestProbe } from "rekindle/testkit";
import { systemClock } from "#src/clock.js";
import { alteredStorage } from "../support/altered-storage.ts";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Decide, type NotebookOptions, note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem, storeWords, wordsStored } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";

const noteAndSnapshot: Decide = (_words, order, { effect }) => effect.persist(noted(String(order.word))).thenSnapshot();

/** Stores the events a to f, with snapshots after 1, 2 and 4. */
async function sixEventsThreeSnapshots(storage: Storage): Promise<void> {
  const system = await startSystem({ storage });
  const ref = system.entityRef(notebook({ Save: noteAndSnapshot }), "1");
  for (const word of "abcdef") await ref.ask(/[abd]/.test(word) ? { type: "Save", word } : note(word));
  await system.terminate();
}

/** What a recovery with these options leads to. */
async function recovered(
  storage: Storage,
  options: NotebookOptions = {},
): Promise<{ words: unknown; from: number; replayed: string[] }> {
  const system = await startSystem({ storage });
  const completions = new TestProbe(system);
  system.eventStream.subscribe(completions.ref, "RecoveryCompleted");
  const replayed: string[] = [];
  const definition = notebook(
    {},
    {
      eventHandler: (words, { word }, { replaying }) => {
        if (replaying) replayed.push(`${words.join("")}+${word}`);
        return [...words, word];
      },
      ...options,
    },
  );
  const words = await system.entityRef(definition, "1").ask(read);
  const completed = await completions.expectMessage<{ snapshotSequenceNr: number; replayedEvents: number }>(() => true);
  expect(completed.replayedEvents).to.equal(replayed.length);
  return { words, from: completed.snapshotSequenceNr, replayed };
}

onEveryStorage((newStorage) => {
  describe("recovery", () => {
    it("2: replays the events after a kill, and new ones follow them", async () => {
      const system = await startSystem({ storage: newStorage() });
      const ref = system.entityRef(notebook(), "1");
      for (const word of "abc") await ref.ask(note(word));
      await system.kill(ref);
      expect(await ref.ask(read)).to.deep.equal(["a", "b", "c"]);
      expect(await ref.ask(note("d"))).to.equal(4);
    });

    it("replays the events in another system on the same store", async () => {
      const storage = newStorage();
      await storeWords(storage, "abc");
      const { words, replayed } = await recovered(storage);
      expect(words).to.deep.equal(["a", "b", "c"]);
      expect(replayed).to.deep.equal(["+a", "a+b", "ab+c"]);
    });

    const all = ["a", "b", "c", "d", "e", "f"];
    const cases: readonly (readonly [string, RecoveryOptions | undefined, number, string[], string[]])[] = [
      ["136: begins with the newest snapshot", undefined, 4, ["abcd+e", "abcde+f"], all],
      [
        "7: ignores snapshots when told so",
        { fromSnapshot: "none" },
        0,
        ["+a", "a+b", "ab+c", "abc+d", "abcd+e", "abcde+f"],
        all,
      ],
      ["138: ends at toSequenceNr", { toSequenceNr: 3 }, 2, ["ab+c"], ["a", "b", "c"]],
      ["139: needs no event when a snapshot is there", { toSequenceNr: 4 }, 4, [], ["a", "b", "c", "d"]],
      [
        "140: takes a snapshot that matches the criteria",
        { fromSnapshot: { maxSequenceNr: 3 } },
        2,
        ["ab+c", "abc+d", "abcd+e", "abcde+f"],
        all,
      ],
      [
        "141: heeds both criteria and toSequenceNr",
        { fromSnapshot: { maxSequenceNr: 2 }, toSequenceNr: 3 },
        2,
        ["ab+c"],
        ["a", "b", "c"],
      ],
      [
        "142: heeds both none and toSequenceNr",
        { fromSnapshot: "none", toSequenceNr: 2 },
        0,
        ["+a", "a+b"],
        ["a", "b"],
      ],
      [
        "begins with nothing when no snapshot matches",
        { fromSnapshot: { minSequenceNr: 5 }, toSequenceNr: 1 },
        0,
        ["+a"],
        ["a"],
      ],
    ];
    for (const [sentence, recovery, from, replayed, words] of cases) {
      it(sentence, async () => {
        const storage = newStorage();
        await sixEventsThreeSnapshots(storage);
        const result = await recovered(storage, recovery ? { recovery } : {});
        expect(result).to.deep.equal({ words, from, replayed });
      });
    }

    it("6: that is disabled gives new events the numbers after the last one stored", async () => {
      const storage = newStorage();
      await sixEventsThreeSnapshots(storage);
      const system = await startSystem({ storage });
      const definition = notebook({}, { recovery: { fromSnapshot: "none", toSequenceNr: 0 } });
      const ref = system.entityRef(definition, "1");
      expect(await Promise.all([ref.ask(note("x")), ref.ask(note("y"))])).to.deep.equal([1, 2]);
      expect((await wordsStored(system, ref)).slice(-2)).to.deep.equal(["7 x", "8 y"]);
    });

    it("151: takes a snapshot without any event, and new events follow its number", async () => {
      const storage = newStorage();
      const store = await storage.open({ clock: systemClock, onFailure: (error) => expect.fail(String(error)) });
      const snapshot = { persistenceId: "notebook|1", sequenceNr: 4_711, schemaVersion: 1, state: '["old"]' };
      await store.snapshots.save(snapshot);
      await store.close();
      const system = await startSystem({ storage });
      const ref = system.entityRef(notebook(), "1");
      expect(await ref.ask(read)).to.deep.equal(["old"]);
      expect(await ref.ask(note("new"))).to.equal(2);
      await system.kill(ref);
      expect(await ref.ask(note("newer"))).to.equal(3);
      expect(await wordsStored(system, ref)).to.deep.equal(["4712 new", "4713 newer"]);
    });

    it("185, 233: fails loudly when events are deleted and no snapshot covers them", async () => {
      const storage = newStorage();
      await storeWords(storage, "abc");
      const store = await storage.open({ clock: systemClock, onFailure: (error) => expect.fail(String(error)) });
      await store.journal.deleteTo("notebook|1", 3);
      await store.close();
      const system = await startSystem({ storage });
      const error = await rejection(system.entityRef(notebook(), "1").ask(read));
      expect(error).to.have.property("code", "RECOVERY_FAILED");
      expect((error as Error).message).to.include("events 1 to 3 are deleted");
    });
  });
});

describe("a damaged snapshot", () => {
  /** Loading finds these snapshots damaged. */
  function damaging(storage: Storage, ...damaged: number[]): Storage {
    return alteredStorage(storage, {
      snapshots: (snapshots) => ({
        async load(id, criteria) {
          const [newest] = await snapshots.list(id, criteria);
          if (newest && damaged.includes(newest.sequenceNr)) {
            throw new StorageCorruptedError("memory", `snapshot ${newest.sequenceNr}`, "ordered damage");
          }
          return snapshots.load(id, criteria);
        },
      }),
    });
  }

  const cases: readonly (readonly [string, number[], number, number])[] = [
    ["145: is passed over for the one before", [4], 2, 4],
    ["146: and several of them are", [4, 2], 1, 5],
    ["149: and when all are, every event is replayed", [4, 2, 1], 0, 6],
  ];
  for (const [sentence, damaged, from, replayedCount] of cases) {
    it(sentence, async () => {
      const storage = memoryStorage();
      await sixEventsThreeSnapshots(storage);
      const result = await recovered(damaging(storage, ...damaged));
      expect(result.words).to.deep.equal(["a", "b", "c", "d", "e", "f"]);
      expect([result.from, result.replayed.length]).to.deep.equal([from, replayedCount]);
    });
  }

  it("155: is not to be confused with one that cannot be read for now: that fails the recovery", async () => {
    const storage = faultyStorage(memoryStorage());
    await sixEventsThreeSnapshots(storage);
    const system = await startSystem({ storage });
    const cause = new Error("the disk is slow to wake");
    storage.failNext("load", undefined, cause);
    const ref = system.entityRef(notebook(), "1");
    expect(await rejection(ref.ask(read))).to.have.property("cause", cause);
    expect(await ref.ask(read)).to.deep.equal([..."abcdef"]);
  });

  it("150: is not passed over when the events that it holds are deleted", async () => {
    const storage = memoryStorage();
    await sixEventsThreeSnapshots(storage);
    const store = await storage.open({ clock: systemClock, onFailure: (error) => expect.fail(String(error)) });
    await store.journal.deleteTo("notebook|1", 3);
    await store.close();
    const system = await startSystem({ storage: damaging(storage, 4) });
    const error = await rejection(system.entityRef(notebook(), "1").ask(read));
    expect((error as Error).message).to.include("events 3 to 3 are deleted");
  });
});

describe("recovery of an entity", () => {
  it("fails loudly when the newest snapshot is ahead of the journal", async () => {
    const storage = memoryStorage();
    await storeWords(storage, "ab");
    const store = await storage.open({ clock: systemClock, onFailure: (error) => expect.fail(String(error)) });
    await store.snapshots.save({ persistenceId: "notebook|1", sequenceNr: 3, schemaVersion: 1, state: "[]" });
    await store.close();
    const system = await startSystem({ storage });
    const error = await rejection(system.entityRef(notebook(), "1").ask(read));
    expect((error as Error).message).to.include("the snapshot at 3 is ahead of the journal, which ends at 2");
  });

  it("19: keeps the commands that come meanwhile, and answers them in order", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    storage.hold("load");
    const ref = system.entityRef(notebook(), "1");
    const order: unknown[] = [];
    const asked = ["a", "b", "c"].map((word) => ref.ask(note(word)).then((answer) => order.push(answer)));
    storage.release("load");
    await Promise.all(asked);
    expect(order).to.deep.equal([1, 2, 3]);
  });

  it("236: fails loudly when an event is missing in the middle", async () => {
    const storage = memoryStorage();
    await sixEventsThreeSnapshots(storage);
    const holed = alteredStorage(storage, {
      journal: (journal) => ({
        async *read(id, range) {
          for await (const batch of journal.read(id, range)) yield batch.filter(({ sequenceNr }) => sequenceNr !== 5);
        },
      }),
    });
    const system = await startSystem({ storage: holed });
    const error = await rejection(system.entityRef(notebook(), "1").ask(read));
    expect(error).to.have.property("code", "RECOVERY_FAILED");
    expect(error).to.have.property("sequenceNr", 4);
  });

  it("begins each entity with an empty state of its own", async () => {
    const system = await startSystem();
    const definition = notebook(
      {},
      {
        emptyState: [] as string[],
        eventHandler: (words, { word }) => {
          (words as string[]).push(word);
          return words;
        },
      },
    );
    const [one, other] = [system.entityRef(definition, "1"), system.entityRef(definition, "2")];
    await one.ask(note("a"));
    expect(await other.ask(read)).to.deep.equal([]);
    await system.kill(one);
    expect(await one.ask(read)).to.deep.equal(["a"]);
  });

  for (const emptyState of [null, 0, "", false] as const) {
    it(`175: can begin with ${JSON.stringify(emptyState)}`, async () => {
      const system = await startSystem();
      const definition = notebook({}, { emptyState: emptyState as never });
      expect(await system.entityRef(definition, "1").ask(read)).to.equal(emptyState);
    });
  }
});
