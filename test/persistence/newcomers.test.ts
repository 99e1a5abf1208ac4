/** Entities that begin: those without a past are told so together, and all others recover. */
import { expect } from "chai";
import type { Storage } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { ManualClock, TestProbe } from "rekindle/testkit";
import { Newcomers } from "#src/persistence/newcomers.js";
import { note, notebook, read } from "../support/notebook.ts";
import { startSystem, storeWords } from "../support/start-system.ts";
import { quiet } from "../support/waiting.ts";

describe("entities that begin", () => {
  /** Adds so many newcomers, and gives what they are told. */
  function add(newcomers: Newcomers, count: number, idleTimeoutMs = 1_000): (boolean | undefined)[] {
    const told: (boolean | undefined)[] = new Array(count).fill(undefined);
    for (let index = 0; index < count; index++) {
      const begin = (untouched: boolean): void => {
        if (told[index] !== undefined) throw new Error("told twice");
        told[index] = untouched;
      };
      newcomers.add({ persistenceId: `a|${index}`, idleTimeoutMs, begin });
    }
    return told;
  }

  it("in one round are asked for together, a bounded number at a time", async () => {
    const asked: number[] = [];
    const newcomers = new Newcomers(async (ids) => {
      asked.push(ids.length);
      return ids.map((id) => id !== "a|1");
    }, new ManualClock());
    const told = add(newcomers, 1_500);
    await quiet();
    expect(asked).to.deep.equal([1_024, 476]);
    expect(told.filter((untouched) => !untouched)).to.deep.equal([false]);
    expect(told[1]).to.equal(false);
  });

  it("read for themselves when the store cannot tell, or says nothing in time", async () => {
    const clock = new ManualClock();
    const failing = add(new Newcomers(() => Promise.reject(new Error("unreadable")), clock), 2);
    const throwing = (): never => {
      throw new Error("unreadable");
    };
    const thrown = add(new Newcomers(throwing, clock), 2);
    let answer: (untouched: boolean[]) => void = () => {};
    const silent = new Newcomers(() => new Promise((resolve) => (answer = resolve)), clock);
    const waiting = [...[add(silent, 1, 500)], add(silent, 1)];
    await quiet();
    expect(failing).to.deep.equal([false, false]);
    expect(thrown).to.deep.equal([false, false]);
    clock.advance(499);
    expect(waiting).to.deep.equal([[undefined], [undefined]]);
    clock.advance(1);
    expect(waiting).to.deep.equal([[false], [false]]);
    answer([true, true]);
    await quiet();
    expect(waiting).to.deep.equal([[false], [false]]);
  });

  /** A storage that answers as it is told to, and otherwise is in memory. */
  function answering(storage: Storage, untouched: (ids: readonly string[]) => Promise<readonly boolean[]>): Storage {
    return {
      description: "answering",
      open: async (context) => ({ ...(await storage.open(context)), untouched }),
    };
  }

  it("do not read when there is nothing to read, and tell that they have recovered", async () => {
    const storage = answering(memoryStorage(), async (ids) => ids.map(() => true));
    const system = await startSystem({ storage });
    const signals: unknown[] = [];
    const definition = notebook({}, { onSignal: (_words, signal) => void signals.push(signal) });
    const completions = new TestProbe(system);
    system.eventStream.subscribe(completions.ref, "RecoveryCompleted");
    expect(await system.entityRef(definition, "1").ask(note("a"))).to.equal(1);
    expect(signals).to.deep.equal([{ type: "RecoveryCompleted", sequenceNr: 0 }]);
    expect(await completions.expectMessage(() => true)).to.include({ sequenceNr: 0, replayedEvents: 0 });
  });

  it("recover when there is something", async () => {
    const storage = memoryStorage();
    await storeWords(storage, "abc");
    const system = await startSystem({ storage: answering(storage, async (ids) => ids.map(() => false)) });
    expect(await system.entityRef(notebook(), "1").ask(read)).to.deep.equal(["a", "b", "c"]);
  });

  it("are restarted like others when their handler of RecoveryCompleted throws", async () => {
    const storage = answering(memoryStorage(), async (ids) => ids.map(() => true));
    const system = await startSystem({ storage });
    let failures = 0;
    const onSignal = (): void => {
      if (++failures === 1) throw new Error("once");
    };
    expect(await system.entityRef(notebook({}, { onSignal }), "1").ask(note("a"))).to.equal(1);
    expect(failures).to.be.above(1);
  });

  it("go nowhere when they are killed before the store has answered", async () => {
    let answer: () => void = () => {};
    const untouched = (ids: readonly string[]): Promise<boolean[]> =>
      new Promise((resolve) => (answer = () => resolve(ids.map(() => true))));
    const system = await startSystem({ storage: answering(memoryStorage(), untouched) });
    const signals: string[] = [];
    const definition = notebook({}, { onSignal: (_words, { type }) => void signals.push(type) });
    const ref = system.entityRef(definition, "1");
    const asked = ref.ask(note("a")).catch((error: Error) => error.name);
    await quiet();
    await system.kill(ref);
    expect(await asked).to.equal("ActorStoppedError");
    answer();
    await quiet();
    expect(signals).to.deep.equal([]);
  });
});
