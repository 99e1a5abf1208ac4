/** Snapshots that are deleted, damaged or ignored, as Akka's SnapshotSpec and SnapshotFailureRobustnessSpec have it. */
import { join } from "node:path";
import { expect } from "chai";
import type { Logger, Signal, Storage } from "rekindle";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, TestProbe } from "rekindle/testkit";
import { systemClock } from "#src/clock.js";
import type { SnapshotStore } from "#src/storage/snapshot-store.js";
import { damage } from "../level/raw-store.ts";
import { onEveryStorage, temporaryFolder } from "../support/every-storage.ts";
import { type NotebookOptions, note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";

/** Stores the events a to f for notebook 1, with snapshots after 1, 2 and 4. */
async function sixEventsThreeSnapshots(storage: Storage): Promise<void> {
  const system = await startSystem({ storage });
  const definition = notebook({
    Save: (_words, order, { effect }) => effect.persist(noted(String(order.word))).thenSnapshot(),
  });
  const ref = system.entityRef(definition, "1");
  for (const word of "abcdef") await ref.ask(/[abd]/.test(word) ? { type: "Save", word } : note(word));
  await system.terminate();
}

async function withSnapshots(storage: Storage, work: (snapshots: SnapshotStore) => Promise<void>): Promise<void> {
  const store = await storage.open({ clock: systemClock, onFailure: (error) => expect.fail(String(error)) });
  await work(store.snapshots);
  await store.close();
}

interface Comeback {
  readonly words: unknown;
  readonly from: number;
  readonly errors: readonly string[];
}

async function comeback(storage: Storage, options: NotebookOptions = {}): Promise<Comeback> {
  const errors: string[] = [];
  const ignored = (): void => {};
  const log: Logger = {
    debug: ignored,
    info: ignored,
    warn: ignored,
    error: (message: unknown) => void errors.push(String(message)),
  };
  const system = await startSystem({ storage, log });
  const completions = new TestProbe(system);
  system.eventStream.subscribe(completions.ref, "RecoveryCompleted");
  const words = await system.entityRef(notebook({}, options), "1").ask(read);
  const completed = await completions.expectMessage<{ snapshotSequenceNr: number }>(() => true);
  await system.terminate();
  return { words, from: completed.snapshotSequenceNr, errors };
}

onEveryStorage((newStorage) => {
  describe("a recovery up to event 4", () => {
    const options: NotebookOptions = { recovery: { toSequenceNr: 4 } };

    it("143: begins with the snapshot before the one that was deleted", async () => {
      const storage = newStorage();
      await sixEventsThreeSnapshots(storage);
      await withSnapshots(storage, (snapshots) => snapshots.delete("notebook|1", 4));
      expect(await comeback(storage, options)).to.deep.equal({ words: [..."abcd"], from: 2, errors: [] });
    });

    it("144: begins with the first event when all snapshots up to there were deleted", async () => {
      const storage = newStorage();
      await sixEventsThreeSnapshots(storage);
      await withSnapshots(storage, (snapshots) => snapshots.deleteMatching("notebook|1", { maxSequenceNr: 4 }));
      expect(await comeback(storage, options)).to.deep.equal({ words: [..."abcd"], from: 0, errors: [] });
    });
  });
});

describe("snapshots that are damaged on the disk", () => {
  const folder = temporaryFolder();
  const cases: readonly (readonly [string, number[], number])[] = [
    ["145: are logged and passed over for the one before", [4], 2],
    ["146: are each logged and passed over, however many they are", [4, 2], 1],
    ["149: are no loss as long as the events are there", [4, 2, 1], 0],
  ];
  for (const [sentence, damaged, from] of cases) {
    it(sentence, async () => {
      const location = join(folder, String(from));
      const storage = levelStorage(location);
      await sixEventsThreeSnapshots(storage);
      for (const at of damaged) await damage(location, `snotebook|1\0${String(at).padStart(16, "0")}`);
      const { words, from: begun, errors } = await comeback(storage);
      expect([words, begun]).to.deep.equal([[..."abcdef"], from]);
      expect(errors).to.deep.equal(damaged.map(() => "A snapshot of notebook|1 is damaged and is passed over"));
    });
  }
});

describe("a deletion of retention that fails", () => {
  for (const [operation, cause] of [
    ["deleteTo", new Error("events cannot be deleted")],
    ["deleteMatching", new Error("snapshots cannot be deleted")],
  ] as const) {
    it(`108, 148: in ${operation} is told with its cause, and is a warning in the log; the next cycle makes up for it`, async () => {
      const storage = faultyStorage(memoryStorage());
      const warnings: unknown[] = [];
      const ignored = (): void => {};
      const warn = (_message: unknown, error: unknown): void => void warnings.push(error);
      const system = await startSystem({ storage, log: { debug: ignored, info: ignored, warn, error: ignored } });
      const signals: Signal[] = [];
      const definition = notebook(
        {},
        {
          snapshots: { every: 1, keep: 1, deleteEvents: true },
          onSignal: (_words, signal) => signals.push(signal),
        },
      );
      const ref = system.entityRef(definition, "1");
      for (const word of "ab") await ref.ask(note(word));
      await system.stop(ref);
      storage.failNext(operation, undefined, cause);
      await ref.ask(note("c"));
      await system.stop(ref);
      const failed = signals.filter(({ type }) => type === "DeletionFailed");
      expect(failed).to.deep.equal([{ type: "DeletionFailed", toSequenceNr: 2, error: cause }]);
      expect(warnings).to.deep.equal([cause]);
      expect(await ref.ask(note("d"))).to.equal(4);
      await system.stop(ref);
      const deleted = signals.filter((signal) => signal.type === "EventsDeleted");
      expect(deleted.at(-1)).to.deep.equal({ type: "EventsDeleted", toSequenceNr: 3 });
      expect(await ref.ask(read)).to.deep.equal([..."abcd"]);
    });
  }
});
