/** Recoveries that fail or are cut short: nobody waits in vain, and nothing is held for ever. */
import { expect } from "chai";
import { ActorStoppedError, type EntityRef, RecoveryFailedError, type Signal } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage } from "rekindle/testkit";
import { type NotebookOptions, note, notebook, type Order, read } from "../support/notebook.ts";
import { startSystem, storeWords } from "../support/start-system.ts";
import { quiet, rejection } from "../support/waiting.ts";

/** Options that collect the signals. */
function collecting(signals: Signal[], except?: (signal: Signal) => void): NotebookOptions {
  return {
    onSignal: (_words, signal) => {
      signals.push(signal);
      except?.(signal);
    },
  };
}

function namesOf(signals: readonly Signal[]): string[] {
  return signals.map(({ type }) => type);
}

describe("a recovery that fails", () => {
  for (const operation of ["load", "read", "highestSequenceNr"] as const) {
    it(`74, 79: in ${operation} answers everybody who waits; the next one completes`, async () => {
      const storage = faultyStorage(memoryStorage());
      const system = await startSystem({ storage });
      const signals: Signal[] = [];
      const ref = system.entityRef(notebook({}, collecting(signals)), "1");
      const cause = new Error("the disk is gone");
      storage.failNext(operation, undefined, cause);
      const errors = await Promise.all([note("a"), read, note("b")].map((order) => rejection(ref.ask(order))));
      for (const error of errors) {
        expect(error).to.be.instanceOf(RecoveryFailedError).and.to.include({ cause, persistenceId: "notebook|1" });
      }
      expect(await ref.ask(note("c"))).to.equal(1);
      expect(namesOf(signals)).to.deep.equal(["RecoveryFailed", "RecoveryCompleted"]);
      expect(signals[0]).to.have.nested.property("error.cause", cause);
    });
  }

  it("75: is not made worse by a signal handler that throws", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const signals: Signal[] = [];
    const ref = system.entityRef(
      notebook(
        {},
        collecting(signals, ({ type }) => {
          if (type === "RecoveryFailed") throw new Error("the handler fails too");
        }),
      ),
      "1",
    );
    storage.failNext("read");
    expect(await rejection(ref.ask(read))).to.be.instanceOf(RecoveryFailedError);
    expect(await ref.ask(note("a"))).to.equal(1);
    expect(namesOf(signals)).to.deep.equal(["RecoveryFailed", "RecoveryCompleted"]);
  });

  it("76, 188: because an event handler throws names the event, and stops when it fails again and again", async () => {
    const storage = memoryStorage();
    await storeWords(storage, "abc");
    const system = await startSystem({ storage });
    const cause = new Error("wrong event");
    const definition = notebook(
      {},
      {
        supervision: { minBackoffMs: 1, maxBackoffMs: 1, maxRestarts: 1, resetAfterMs: 60_000 },
        eventHandler: (words, { word }) => {
          if (word === "c") throw cause;
          return [...words, word];
        },
      },
    );
    const ref = system.entityRef(definition, "1");
    const asked = rejection(ref.ask(read));
    await system.watch(ref);
    expect(await asked)
      .to.be.instanceOf(RecoveryFailedError)
      .and.to.include({ cause, sequenceNr: 2 });
  });

  it("77: in the handler of RecoveryCompleted restarts the entity, and keeps the commands that wait", async () => {
    const system = await startSystem();
    const signals: Signal[] = [];
    const ref = system.entityRef(
      notebook(
        {},
        collecting(signals, ({ type }) => {
          if (type === "RecoveryCompleted" && signals.length === 1) throw new Error("once");
        }),
      ),
      "1",
    );
    expect(await Promise.all([ref.ask(note("a")), ref.ask(note("b"))])).to.deep.equal([1, 2]);
    expect(namesOf(signals)).to.deep.equal(["RecoveryCompleted", "PostStop", "RecoveryCompleted"]);
  });
});

describe("the bound on concurrent recoveries", () => {
  it("109, 110, 111, 112: lets the others wait in their order, and goes on whatever happens to one of them", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage, maxConcurrentRecoveries: 2 });
    const recovered: string[] = [];
    const definition = notebook(
      {},
      {
        onSignal: (_words, { type }, { entityId }) => {
          if (type === "RecoveryCompleted") recovered.push(entityId);
        },
      },
    );
    const ref = (id: number): EntityRef<Order> => system.entityRef(definition, String(id));
    for (const id of [1, 2]) storage.hold("load", `notebook|${id}`);
    storage.failNext("read", "notebook|3");
    const outcomes = [1, 2, 3, 4, 5, 6].map((id) =>
      ref(id)
        .ask(read)
        .then(
          () => "read",
          (error: Error) => error.name,
        ),
    );
    await quiet();
    expect(recovered, "who waits for a permit does not begin").to.deep.equal([]);
    await system.kill(ref(1));
    await system.kill(ref(4));
    storage.release("load", "notebook|1");
    await Promise.all(outcomes.slice(2));
    expect(recovered.slice(0, 2)).to.deep.equal(["5", "6"]);
    storage.release("load", "notebook|2");
    expect(await Promise.all(outcomes)).to.deep.equal([
      "ActorStoppedError",
      "read",
      "RecoveryFailedError",
      "ActorStoppedError",
      "read",
      "read",
    ]);
  });

  it("115: does not keep actors that have recovered from answering", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage, maxConcurrentRecoveries: 1 });
    const definition = notebook();
    const awake = system.entityRef(definition, "awake");
    await awake.ask(note("a"));
    storage.hold("load");
    const sleepers = Array.from({ length: 100 }, (_, id) => system.entityRef(definition, String(id)).ask(read));
    expect(await awake.ask(note("b"))).to.equal(2);
    storage.release("load");
    expect((await Promise.all(sleepers)).length).to.equal(100);
  });
});

describe("an entity that is ended while it recovers", () => {
  it("100: when killed answers who waits; what it reads later reaches nobody", async () => {
    const storage = faultyStorage(memoryStorage());
    await storeWords(storage, "xyz");
    const system = await startSystem({ storage });
    const signals: Signal[] = [];
    const ref = system.entityRef(notebook({}, collecting(signals)), "1");
    storage.hold("load");
    const killed = rejection(ref.ask(note("a")));
    await quiet();
    await system.kill(ref);
    expect(await killed).to.be.instanceOf(ActorStoppedError);
    const next = ref.ask(note("b"));
    storage.release("load");
    expect(await next).to.equal(4);
    expect(namesOf(signals)).to.deep.equal(["RecoveryCompleted"]);
  });

  it("50: when stopped first recovers and handles what came before the stop", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const signals: Signal[] = [];
    const ref = system.entityRef(notebook({}, collecting(signals)), "1");
    storage.hold("load");
    const before = ref.ask(note("a"));
    const stopped = system.stop(ref);
    storage.release("load");
    expect(await before).to.equal(1);
    await stopped;
    expect(namesOf(signals)).to.deep.equal(["RecoveryCompleted", "PostStop"]);
  });

  it("by terminate is not waited for longer than the grace", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage, terminateGraceMs: 20 });
    const ref = system.entityRef(notebook(), "1");
    storage.hold("load");
    const asked = rejection(ref.ask(read));
    await system.terminate();
    expect(await asked).to.be.instanceOf(ActorStoppedError);
    storage.release("load");
  });

  it("by terminate is waited for when it is done soon", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const ref = system.entityRef(notebook(), "1");
    storage.hold("load");
    const asked = ref.ask(note("a"));
    const terminated = system.terminate();
    storage.release("load");
    expect(await asked).to.equal(1);
    await terminated;
  });
});
