/** A snapshot is read by the code whose state it holds, or by nobody. */
import { expect } from "chai";
import { type Logger, RecoveryFailedError, type SnapshotRule, type Storage } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Notebook, type Noted, note, notebook, read, type Words } from "../support/notebook.ts";
import { historyOf, startSystem } from "../support/start-system.ts";
import { eventually, rejection } from "../support/waiting.ts";

type Rule = SnapshotRule<Noted, Words>;

const save = { type: "Save" };

function release(snapshots: Rule): Notebook {
  return notebook({ Save: (_words, _order, { effect }) => effect.snapshot() }, { snapshots });
}

/** Notes the words one after the other as that release does; "." saves a snapshot instead. */
async function write(storage: Storage, snapshots: Rule, words: string): Promise<void> {
  const system = await startSystem({ storage });
  const ref = system.entityRef(release(snapshots), "1");
  for (const word of words) await ref.ask(word === "." ? save : note(word));
  await system.terminate();
}

/** The words that a release recovers, the snapshot that it began with, and what it was warned of. */
async function recovered(
  storage: Storage,
  snapshots: Rule,
): Promise<{ words: string; from: number; warnings: string[] }> {
  const warnings: string[] = [];
  const log: Logger = { debug() {}, info() {}, warn: (text) => warnings.push(String(text)), error() {} };
  const system = await startSystem({ storage, log });
  let from = -1;
  system.eventStream.asObservable().subscribe((event) => {
    if (event.type === "RecoveryCompleted" && "snapshotSequenceNr" in event) from = event.snapshotSequenceNr;
  });
  const words = (await system.entityRef(release(snapshots), "1").ask(read)) as Words;
  await system.terminate();
  return { words: words.join(""), from, warnings };
}

/** The number of the first event that is not deleted. */
async function firstKept(storage: Storage): Promise<number | undefined> {
  const system = await startSystem({ storage });
  const [event] = await historyOf(system, { persistenceId: "notebook|1" });
  await system.terminate();
  return event?.sequenceNr;
}

async function failure(storage: Storage, snapshots: Rule): Promise<RecoveryFailedError> {
  const system = await startSystem({ storage });
  const error = await rejection(system.entityRef(release(snapshots), "1").ask(read));
  await system.terminate();
  expect(error).to.be.instanceOf(RecoveryFailedError);
  return error as RecoveryFailedError;
}

onEveryStorage((newStorage) => {
  describe("a snapshot of another schema version", () => {
    it("is discarded: the events are replayed", async () => {
      const storage = newStorage();
      await write(storage, {}, "ab.c");
      expect(await recovered(storage, {})).to.deep.equal({ words: "abc", from: 2, warnings: [] });
      expect(await recovered(storage, { schemaVersion: 2 })).to.deep.equal({
        words: "abc",
        from: 0,
        warnings: [
          "notebook|1: the snapshot at 2 has schema version 1, the definition 2; without the events, give snapshots.migrate; it is passed over",
        ],
      });
    });

    it("gives way to an older one of the right version", async () => {
      const storage = newStorage();
      await write(storage, { schemaVersion: 2 }, "a.");
      await write(storage, { schemaVersion: 3 }, "b.c.");
      const { words, from } = await recovered(storage, { schemaVersion: 2 });
      expect([words, from]).to.deep.equal(["abc", 1]);
    });

    it("is not destroyed by the code that cannot read it: the earlier release still can", async () => {
      const storage = newStorage();
      await write(storage, {}, "ab.");
      await recovered(storage, { schemaVersion: 2 });
      await write(storage, { schemaVersion: 2 }, "c.");
      const { words, from } = await recovered(storage, {});
      expect([words, from]).to.deep.equal(["abc", 2]);
    });

    it("is migrated when the definition says how", async () => {
      const storage = newStorage();
      await write(storage, {}, "ab.c");
      const asked: unknown[] = [];
      const migrate = (state: unknown, fromVersion: number): Words => {
        asked.push([state, fromVersion]);
        return (state as Words).map((word) => word.toUpperCase());
      };
      expect(await recovered(storage, { schemaVersion: 3, migrate })).to.deep.equal({
        words: "ABc",
        from: 2,
        warnings: [],
      });
      expect(asked).to.deep.equal([[["a", "b"], 1]]);
    });
  });
});

describe("a snapshot of another schema version", () => {
  it("is discarded when its migration says so, throws, or is asynchronous", async () => {
    for (const [migrate, why] of [
      [() => undefined, "snapshots.migrate discards it"],
      [() => expect.fail("too old"), "snapshots.migrate failed: AssertionError: too old"],
      [async () => [], "snapshots.migrate failed: TypeError: it returned a promise"],
    ] as const) {
      const storage = memoryStorage();
      await write(storage, {}, "ab.c");
      const { words, from, warnings } = await recovered(storage, { schemaVersion: 2, migrate: migrate as () => Words });
      expect([words, from]).to.deep.equal(["abc", 0]);
      expect(warnings[0]).to.include(why);
    }
  });

  it("is never migrated when it is newer", async () => {
    const storage = memoryStorage();
    await write(storage, { schemaVersion: 3 }, "ab.c");
    const migrate = (): Words => expect.fail("it was asked");
    const { words, warnings } = await recovered(storage, { schemaVersion: 2, migrate });
    expect(words).to.equal("abc");
    expect(warnings[0]).to.include("the snapshot at 2 has schema version 3, the definition 2; run the newer code");
  });

  it("is replaced at once where the rule wants one", async () => {
    const storage = memoryStorage();
    await write(storage, { every: 2 }, "abc");
    expect((await recovered(storage, { every: 2, schemaVersion: 2 })).from).to.equal(0);
    expect((await recovered(storage, { every: 2, schemaVersion: 2 })).from).to.equal(3);
  });

  it("fails recovery loudly when the events are deleted, says what to do, and destroys nothing", async () => {
    const storage = memoryStorage();
    const rule = { every: 2, keep: 1, deleteEvents: true };
    await write(storage, rule, "abcde");
    const { message, sequenceNr } = await failure(storage, { ...rule, schemaVersion: 2 });
    expect(message).to.include(
      "events 1 to 2 are deleted, and no snapshot that can be read covers them (the snapshot at 4 has schema version 1, the definition 2; without the events, give snapshots.migrate)",
    );
    expect(sequenceNr).to.equal(0);
    expect((await recovered(storage, rule)).words).to.equal("abcde");
    const migrate = (state: unknown): Words => state as Words;
    expect(await recovered(storage, { ...rule, schemaVersion: 2, migrate })).to.include({ words: "abcde", from: 4 });
  });

  it("fails recovery loudly when it is all that there is", async () => {
    const storage = memoryStorage();
    await write(storage, {}, ".");
    expect((await recovered(storage, { schemaVersion: 2 })).words).to.equal("");
    const open = await storage.open({ clock: { now: () => 1 } as never, onFailure() {} });
    const snapshot = { persistenceId: "notebook|1", sequenceNr: 5, schemaVersion: 1, state: '["a"]' };
    await open.snapshots.save(snapshot);
    await open.close();
    expect((await recovered(storage, {})).words).to.equal("a");
    expect((await failure(storage, { schemaVersion: 2 })).message).to.include("events 1 to 5 are deleted");
  });

  it("stands for the events that its migration can do without", async () => {
    const storage = memoryStorage();
    const rule: Rule = { every: 2, keep: 2, deleteEvents: true };
    await write(storage, rule, "abcdef");
    expect(await firstKept(storage)).to.equal(3);
    await write(storage, { ...rule, schemaVersion: 2, migrate: (state) => state as Words }, "gh");
    expect(await firstKept(storage)).to.equal(5);
    expect((await failure(storage, { ...rule, schemaVersion: 3 })).message).to.include("version 2, the definition 3");
  });

  it("holds back the deletion of the events after it, until a snapshot of the right version is there", async () => {
    const storage = memoryStorage();
    const signals: string[] = [];
    await write(storage, { every: 2 }, "abcd");
    const rule: Rule = { every: 2, keep: 1, deleteEvents: true, schemaVersion: 2 };
    const system = await startSystem({ storage });
    const definition = notebook({}, { snapshots: rule, onSignal: (_words, { type }) => signals.push(type) });
    const ref = system.entityRef(definition, "1");
    await ref.ask(read);
    const saved = (): number => signals.filter((type) => type === "SnapshotSaved").length;
    await eventually("the missing snapshot is saved", () => saved() === 1);
    for (const word of "ef") await ref.ask(note(word));
    await eventually("another snapshot is saved", () => saved() === 2);
    await system.stop(ref);
    expect(signals.filter((type) => type.endsWith("Deleted"))).to.deep.equal(["EventsDeleted", "SnapshotsDeleted"]);
    expect((await historyOf(system, ref)).map(({ sequenceNr }) => sequenceNr)).to.deep.equal([5, 6]);
  });
});
