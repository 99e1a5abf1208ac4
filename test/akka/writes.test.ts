/** Writes: how commands become batches, what a failed one leads to, and in which order they are acknowledged. */
import { expect } from "chai";
import { PersistFailedError, PersistRejectedError, type Signal } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, TestProbe } from "rekindle/testkit";
import { systemClock } from "#src/clock.js";
import type { AppendRequest } from "#src/storage/journal.js";
import type { OpenStorage, Storage } from "#src/storage/storage.js";
import { onEveryStorage } from "../support/every-storage.ts";
import { note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";
import { watchedStorage } from "../support/watched-storage.ts";

function notes(persistenceId: string, sequenceNr: number, ...words: string[]): AppendRequest {
  const [entityType = "", entityId = ""] = persistenceId.split("|");
  const events = words.map((word) => ({
    type: "Noted",
    version: 1,
    timestamp: 1,
    tags: [],
    metadata: undefined,
    payload: JSON.stringify(noted(word)),
  }));
  return { persistenceId, entityType, entityId, sequenceNr, events };
}

async function withStore(storage: Storage, work: (store: OpenStorage) => Promise<void>): Promise<void> {
  const store = await storage.open({ clock: systemClock, onFailure: (error) => expect.fail(String(error)) });
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

describe("a command", () => {
  it("119: with thirty events makes one write of thirty", async () => {
    const storage = watchedStorage(memoryStorage());
    const system = await startSystem({ storage });
    const words = Array.from({ length: 30 }, (_, n) => String(n));
    const definition = notebook({ Thirty: (_words, _order, { effect }) => effect.persist(words.map(noted)) });
    await system.entityRef(definition, "1").ask({ type: "Thirty" });
    expect(storage.appends.map(({ sequenceNr, events }) => [sequenceNr, events.length])).to.deep.equal([[1, 30]]);
  });
});

describe("a write that fails", () => {
  it("86, 87, 103: is told with its command before the end, when the entity must not restart", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const signals: Signal[] = [];
    const options = { supervision: { maxRestarts: 0 }, onSignal: (_: unknown, signal: Signal) => signals.push(signal) };
    const ref = system.entityRef(notebook({}, options), "1");
    await ref.ask(read);
    storage.failNext("append");
    const asked = rejection(ref.ask(note("lost")));
    await system.watch(ref);
    const error = await asked;
    expect(error).to.be.instanceOf(PersistFailedError);
    expect(signals.slice(1)).to.deep.equal([
      { type: "PersistFailed", command: note("lost"), error },
      { type: "PostStop" },
    ]);
  });

  it("80: by rejection restarts the entity from its journal, and the next command is fine", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const failures = new TestProbe(system);
    system.eventStream.subscribe(failures.ref, "ActorFailed");
    const ref = system.entityRef(notebook(), "1");
    await ref.ask(note("a"));
    storage.rejectNext("append");
    const error = await rejection(ref.ask(note("refused")));
    expect(error).to.be.instanceOf(PersistRejectedError);
    await failures.expectMessage<{ error: unknown; willRestart: boolean }>(
      (failure) => failure.error instanceof PersistRejectedError && failure.willRestart,
    );
    expect(await ref.ask(note("b"))).to.equal(2);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a", "2 b"]);
  });

  it("104: because JSON would damage the event costs that command only: the entity goes on without a restart", async () => {
    const system = await startSystem();
    const told: string[] = [];
    const definition = notebook(
      { Damage: (_words, _order, { effect }) => effect.persist(noted(Number.NaN as never)) },
      { onSignal: (_words, { type }) => told.push(type) },
    );
    const ref = system.entityRef(definition, "1");
    const [before, damaged, after] = [ref.ask(note("a")), rejection(ref.ask({ type: "Damage" })), ref.ask(note("b"))];
    expect([await before, await after]).to.deep.equal([1, 2]);
    expect(await damaged).to.have.property("code", "SERIALIZATION");
    expect(told).to.deep.equal(["RecoveryCompleted", "PersistRejected"]);
  });
});

onEveryStorage((newStorage) => {
  describe("a write", () => {
    it("226: of several events that is rejected leaves none of them, also after a new start", async () => {
      const storage = newStorage();
      const faults = faultyStorage(storage);
      const system = await startSystem({ storage: faults });
      const definition = notebook({
        Several: (_words, { words }, { effect }) => effect.persist((words as string[]).map(noted)),
      });
      const ref = system.entityRef(definition, "1");
      await ref.ask(note("kept"));
      const damaged = { type: "Several", words: ["a", "b", undefined] };
      expect(await rejection(ref.ask(damaged))).to.be.instanceOf(Error);
      faults.rejectNext("append");
      expect(await rejection(ref.ask({ type: "Several", words: ["c", "d"] }))).to.be.instanceOf(PersistRejectedError);
      await system.terminate();
      await withStore(storage, async ({ journal }) => {
        await rejection(journal.append(notes("notebook|1", 1, "e", "f")));
        await rejection(journal.append(notes("notebook|1", 3, "g", "h")));
        expect(await journal.highestSequenceNr("notebook|1")).to.equal(1);
      });
      const again = await startSystem({ storage });
      expect(await wordsStored(again, ref)).to.deep.equal(["1 kept"]);
      expect(await again.entityRef(definition, "1").ask(read)).to.deep.equal(["kept"]);
    });

    it("122: is acknowledged in its order among those of all streams", async () => {
      await withStore(newStorage(), async ({ journal }) => {
        const acknowledged: number[] = [];
        const writes = Array.from({ length: 60 }, (_, n) => {
          const words = Array.from({ length: (n % 3) + 1 }, () => `${n}`);
          return journal.append(notes(`notebook|${n}`, 1, ...words)).then((offset) => acknowledged.push(offset));
        });
        await Promise.all(writes);
        expect(acknowledged).to.have.lengthOf(60);
        expect(acknowledged).to.deep.equal(acknowledged.toSorted((one, other) => one - other));
      });
    });

    it("228: under way is in the highest sequence number already, and in what is read", async () => {
      await withStore(newStorage(), async ({ journal }) => {
        await journal.append(notes("notebook|1", 1, "a"));
        const write = journal.append(notes("notebook|1", 2, "b", "c"));
        const highest = journal.highestSequenceNr("notebook|1");
        const numbers: number[] = [];
        for await (const batch of journal.read("notebook|1")) numbers.push(...batch.map((event) => event.sequenceNr));
        expect([await highest, numbers]).to.deep.equal([3, [1, 2, 3]]);
        expect(await write).to.equal(2);
      });
    });
  });

  describe("recovery under load", () => {
    it("227: is never completed before the last event", async () => {
      const storage = newStorage();
      const first = await startSystem({ storage });
      const ids = Array.from({ length: 20 }, (_, n) => String(n));
      const plain = notebook();
      const fill = (id: string): Promise<unknown>[] =>
        Array.from({ length: 50 }, (_, n) => first.entityRef(plain, id).ask(note(String(n))));
      await Promise.all(ids.flatMap(fill));
      await first.terminate();
      const system = await startSystem({ storage, maxConcurrentRecoveries: 20 });
      const completed: [number, number][] = [];
      const definition = notebook(
        {},
        {
          onSignal: (words, signal) => {
            if (signal.type === "RecoveryCompleted") completed.push([signal.sequenceNr, words.length]);
          },
        },
      );
      const asked = ids.map((id) => system.entityRef(definition, id).ask(note("next")));
      const others = ids.map((id) => system.entityRef(definition, `other ${id}`).ask(note("load")));
      expect(await Promise.all([...asked, ...others])).to.deep.equal([...ids.map(() => 51), ...ids.map(() => 1)]);
      expect(completed.filter(([sequenceNr]) => sequenceNr > 0)).to.deep.equal(ids.map(() => [50, 50]));
    });
  });
});
