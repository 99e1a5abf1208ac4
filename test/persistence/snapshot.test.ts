/** Snapshots on demand: what they hold, when they are saved, and what happens when they cannot be. */
import { expect } from "chai";
import { SerializationError, type Signal } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, TestProbe } from "rekindle/testkit";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Notebook, type NotebookOptions, note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { eventually } from "../support/waiting.ts";
import { watchedStorage } from "../support/watched-storage.ts";

function saving(signals: Signal[], options: NotebookOptions = {}): Notebook {
  return notebook(
    {
      Save: (_words, _order, { effect }) => effect.snapshot(),
      NoteAndSave: (_words, order, { effect }) =>
        effect
          .persist(noted(String(order.word)))
          .thenSnapshot()
          .thenReply(order, (words) => words.length),
    },
    { onSignal: (_words, signal) => signals.push(signal), ...options },
  );
}

function snapshotSignals(signals: readonly Signal[]): string[] {
  return signals.flatMap((signal) =>
    signal.type === "SnapshotSaved" || signal.type === "SnapshotFailed" ? [`${signal.type} ${signal.sequenceNr}`] : [],
  );
}

onEveryStorage((newStorage) => {
  describe("a snapshot on demand", () => {
    it("is saved, told by signal and event, and recovered from", async () => {
      const system = await startSystem({ storage: newStorage() });
      const events = new TestProbe(system);
      system.eventStream.subscribe(events.ref, ["SnapshotSaved", "RecoveryCompleted"]);
      const signals: Signal[] = [];
      const ref = system.entityRef(saving(signals), "1");
      for (const word of "ab") await ref.ask(note(word));
      await ref.ask({ type: "Save" });
      await eventually("the snapshot is saved", () => snapshotSignals(signals).length === 1);
      expect(snapshotSignals(signals)).to.deep.equal(["SnapshotSaved 2"]);
      await ref.ask(note("c"));
      await system.kill(ref);
      expect(await ref.ask(read)).to.deep.equal(["a", "b", "c"]);
      const about = { path: ref.path, persistenceId: "notebook|1" };
      await events.expectMessage<{ type: string }>(({ type }) => type === "RecoveryCompleted");
      await events.expectMessage({ type: "SnapshotSaved", ...about, sequenceNr: 2 });
      const recovery = { type: "RecoveryCompleted", ...about, sequenceNr: 3, snapshotSequenceNr: 2, replayedEvents: 1 };
      await events.expectMessage(recovery);
    });

    it("can be saved before the first event", async () => {
      const system = await startSystem({ storage: newStorage() });
      const signals: Signal[] = [];
      const ref = system.entityRef(saving(signals), "1");
      await ref.ask({ type: "Save" });
      await system.stop(ref);
      expect(snapshotSignals(signals)).to.deep.equal(["SnapshotSaved 0"]);
      expect(await ref.ask(note("a"))).to.equal(1);
    });
  });
});

describe("a snapshot", () => {
  it("53: holds the state of its moment, and later commands do not wait for it", async () => {
    const faults = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: faults });
    const signals: Signal[] = [];
    const ref = system.entityRef(saving(signals), "1");
    faults.hold("save");
    expect(await ref.ask({ type: "NoteAndSave", word: "a" })).to.equal(1);
    expect(await ref.ask(note("b"))).to.equal(2);
    expect(snapshotSignals(signals)).to.deep.equal([]);
    faults.release("save");
    await eventually("the snapshot is saved", () => snapshotSignals(signals).length === 1);
    await system.kill(ref);
    const replayed: string[] = [];
    await system.terminate();
    const again = await startSystem({ storage: faults });
    const definition = notebook(
      {},
      {
        eventHandler: (words, { word }) => {
          replayed.push(`${words.join("")}+${word}`);
          return [...words, word];
        },
      },
    );
    expect(await again.entityRef(definition, "1").ask(read)).to.deep.equal(["a", "b"]);
    expect(replayed).to.deep.equal(["a+b"]);
  });

  it("153: holds the state of its moment even when the state is changed in place", async () => {
    const faults = faultyStorage(memoryStorage());
    const storage = watchedStorage(faults);
    const system = await startSystem({ storage });
    const signals: Signal[] = [];
    const definition = saving(signals, {
      emptyState: [],
      eventHandler: (words, { word }) => {
        (words as string[]).push(word);
        return words;
      },
    });
    const ref = system.entityRef(definition, "1");
    faults.hold("append");
    const asked = [ref.ask({ type: "NoteAndSave", word: "a" }), ref.ask(note("b"))];
    await eventually("the write is under way", () => storage.appends.length > 0);
    faults.release("append");
    await Promise.all(asked);
    await system.stop(ref);
    expect(snapshotSignals(signals)).to.deep.equal(["SnapshotSaved 1"]);
    expect(await ref.ask(read)).to.deep.equal(["a", "b"]);
  });

  it("of a state that JSON would damage is not saved; the command succeeds, and a signal tells", async () => {
    const system = await startSystem();
    const signals: Signal[] = [];
    const definition = saving(signals, {
      emptyState: { words: new Set<string>() } as never,
      eventHandler: (state, { word }) => {
        const { words } = state as unknown as { words: Set<string> };
        return { words: new Set([...words, word]), length: words.size + 1 } as never;
      },
    });
    const ref = system.entityRef(definition, "1");
    expect(await ref.ask({ type: "NoteAndSave", word: "a" })).to.equal(1);
    expect(snapshotSignals(signals)).to.deep.equal(["SnapshotFailed 1"]);
    const failed = signals.find((signal) => signal.type === "SnapshotFailed");
    expect(failed?.error).to.be.instanceOf(SerializationError).and.to.include({ path: "$.words" });
    expect(await ref.ask(note("b"))).to.equal(2);
  });

  it("154: that the store refuses costs nothing but the snapshot", async () => {
    const faults = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: faults });
    const signals: Signal[] = [];
    const ref = system.entityRef(saving(signals), "1");
    const cause = new Error("no room");
    faults.failNext("save", undefined, cause);
    expect(await ref.ask({ type: "NoteAndSave", word: "a" })).to.equal(1);
    await eventually("the failure is told", () => snapshotSignals(signals).length === 1);
    expect(signals.at(-1)).to.deep.equal({ type: "SnapshotFailed", sequenceNr: 1, error: cause });
    await system.kill(ref);
    expect(await ref.ask(read)).to.deep.equal(["a"]);
  });
});
