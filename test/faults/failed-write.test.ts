/** Writes that fail: whoever depends on one is told, and the entity comes back from its journal. */
import { expect } from "chai";
import { PersistFailedError, PersistRejectedError, type Storage } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type FaultyStorage, faultyStorage, TestProbe } from "rekindle/testkit";
import { alteredStorage } from "../support/altered-storage.ts";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Decide, note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { eventually, rejection } from "../support/waiting.ts";

/** Asks one after the other, each in a turn of its own, while the writes wait; then lets the writes go on. */
async function pipelined(
  faults: FaultyStorage,
  asks: readonly (() => Promise<unknown>)[],
  decided: () => number,
): Promise<unknown[]> {
  faults.hold("append");
  const outcomes: Promise<unknown>[] = [];
  for (const ask of asks) {
    const before = decided();
    outcomes.push(ask().catch((error: unknown) => error));
    await eventually("the command is decided", () => decided() > before);
  }
  faults.release("append");
  return Promise.all(outcomes);
}

/** Handlers that count what they decide. */
function counting(handlers: Record<string, Decide> = {}): { handlers: Record<string, Decide>; decided: () => number } {
  let decided = 0;
  const all: Record<string, Decide> = {
    Read: (words, order, { effect }) => effect.reply(order, words),
    Note: (_words, order, { effect }) =>
      effect.persist(noted(String(order.word))).thenReply(order, (words) => words.length),
    ...handlers,
  };
  const counted = Object.entries(all).map(([type, decide]): [string, Decide] => [
    type,
    (...args) => {
      decided++;
      return decide(...args);
    },
  ]);
  return { handlers: Object.fromEntries(counted), decided: () => decided };
}

onEveryStorage((newStorage) => {
  describe("a write that fails", () => {
    it("103, 121: fails everything decided after it, and the entity goes on without a gap in its numbers", async () => {
      const faults = faultyStorage(newStorage());
      const system = await startSystem({ storage: faults });
      const { handlers, decided } = counting();
      const ref = system.entityRef(notebook(handlers), "1");
      await ref.ask(note("kept"));
      const cause = new Error("the cable is out");
      faults.failNext("append", undefined, cause);
      const errors = await pipelined(
        faults,
        [note("a"), note("b"), read, note("c")].map((order) => () => ref.ask(order)),
        decided,
      );
      for (const error of errors) {
        expect(error).to.be.instanceOf(PersistFailedError).and.to.include({ outcome: "unknown", cause });
      }
      expect(await ref.ask(read)).to.deep.equal(["kept"]);
      expect(await ref.ask(note("next"))).to.equal(2);
      expect(await wordsStored(system, ref)).to.deep.equal(["1 kept", "2 next"]);
    });

    it("as the first of a new entity lets no later one be stored at number 2", async () => {
      const faults = faultyStorage(newStorage());
      const system = await startSystem({ storage: faults });
      const { handlers, decided } = counting();
      const ref = system.entityRef(notebook(handlers), "1");
      faults.failNext("append");
      await pipelined(
        faults,
        ["a", "b"].map((word) => () => ref.ask(note(word))),
        decided,
      );
      expect(await wordsStored(system, ref)).to.deep.equal([]);
      expect(await ref.ask(note("next"))).to.equal(1);
      expect(await wordsStored(system, ref)).to.deep.equal(["1 next"]);
    });
  });

  describe("a write that is rejected", () => {
    it("80: is surely not stored, and the next command gets its number", async () => {
      const faults = faultyStorage(newStorage());
      const system = await startSystem({ storage: faults });
      const ref = system.entityRef(notebook(), "1");
      await ref.ask(note("kept"));
      faults.rejectNext("append");
      const error = await rejection(ref.ask(note("refused")));
      expect(error).to.be.instanceOf(PersistRejectedError);
      expect(error).to.include({ outcome: "not-stored", persistenceId: "notebook|1" });
      expect(await ref.ask(note("next"))).to.equal(2);
      expect(await wordsStored(system, ref)).to.deep.equal(["1 kept", "2 next"]);
    });

    it("rejects what was decided after it too", async () => {
      const faults = faultyStorage(newStorage());
      const system = await startSystem({ storage: faults });
      const { handlers, decided } = counting();
      const ref = system.entityRef(notebook(handlers), "1");
      faults.rejectNext("append");
      const errors = await pipelined(
        faults,
        [note("a"), read, note("b")].map((order) => () => ref.ask(order)),
        decided,
      );
      for (const error of errors) expect(error).to.be.instanceOf(PersistRejectedError);
      expect(await wordsStored(system, ref)).to.deep.equal([]);
      expect(await ref.ask(note("next"))).to.equal(1);
    });
  });
});

describe("after a write has failed", () => {
  it("nothing of it leaves: no side effect, no publication, no snapshot", async () => {
    const faults = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: faults });
    const left: string[] = [];
    const definition = notebook(
      {
        Full: (_words, _order, { effect }) =>
          effect
            .persist(noted("a"))
            .thenRun(() => left.push("ran"))
            .thenSnapshot(),
      },
      { onSignal: (_words, { type }) => type === "SnapshotSaved" && left.push(type) },
    );
    system.eventStream.of(definition).subscribe(() => left.push("published"));
    const ref = system.entityRef(definition, "1");
    faults.failNext("append");
    await rejection(ref.ask({ type: "Full" }));
    expect(await ref.ask(read)).to.deep.equal([]);
    expect(left).to.deep.equal([]);
  });

  it("78: the entity comes back again and again", async () => {
    const faults = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: faults });
    const failures = new TestProbe(system);
    system.eventStream.subscribe(failures.ref, "ActorFailed");
    const ref = system.entityRef(notebook(), "1");
    faults.failNext("append");
    faults.failNext("append");
    for (const word of ["one", "two"]) {
      expect(await rejection(ref.ask(note(word)))).to.be.instanceOf(PersistFailedError);
    }
    expect(await ref.ask(note("three"))).to.equal(1);
    const told = (await failures.receiveN(2)) as { restarts: number; willRestart: boolean }[];
    expect(told.map(({ restarts, willRestart }) => [restarts, willRestart])).to.deep.equal([
      [1, true],
      [2, true],
    ]);
    await failures.expectNoMessage(0);
  });

  it("42: the commands in the mailbox are handled on the state that was recovered", async () => {
    const faults = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: faults });
    const ref = system.entityRef(notebook(), "1");
    await ref.ask(note("kept"));
    faults.hold("read");
    faults.failNext("append");
    await rejection(ref.ask(note("lost")));
    const waiting = ["a", "b"].map((word) => ref.ask(note(word)));
    faults.release("read");
    expect(await Promise.all(waiting)).to.deep.equal([2, 3]);
  });

  it("an event that was stored nevertheless is there, and its number is not given again", async () => {
    const system = await startSystem({ storage: storesButFailsOnce(memoryStorage()) });
    const ref = system.entityRef(notebook(), "1");
    expect(await rejection(ref.ask(note("a")))).to.be.instanceOf(PersistFailedError);
    expect(await ref.ask(read)).to.deep.equal(["a"]);
    expect(await ref.ask(note("b"))).to.equal(2);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a", "2 b"]);
  });

  it("44: its stash is given up, so that nobody waits for ever", async () => {
    const faults = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: faults });
    const ref = system.entityRef(notebook({ Keep: (_words, _order, { effect }) => effect.stash() }), "1");
    const stashed = rejection(ref.ask({ type: "Keep" }));
    faults.failNext("append");
    await rejection(ref.ask(note("a")));
    expect(await stashed).to.have.property("code", "ACTOR_STOPPED");
  });
});

/** The first write is stored, and then reported as failed. */
function storesButFailsOnce(storage: Storage): Storage {
  let failed = false;
  return alteredStorage(storage, {
    journal: (journal) => ({
      async append(request) {
        const offset = await journal.append(request);
        if (failed) return offset;
        failed = true;
        throw new Error("the answer was lost");
      },
    }),
  });
}
