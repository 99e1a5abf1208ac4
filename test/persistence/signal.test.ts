/** What an entity is told about itself, with which state, and what happens when its handler throws. */
import { expect } from "chai";
import { ActorFailedError, type Signal } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, TestProbe } from "rekindle/testkit";
import { type Notebook, note, notebook, noted, type Order, read } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { deferred, rejection } from "../support/waiting.ts";

/** A notebook that tells every signal, with the words and the sequence number of that moment. */
function telling(told: string[], at: (signal: Signal) => unknown = () => undefined): Notebook {
  return notebook(
    {
      Save: (_words, _order, { effect }) => effect.snapshot(),
      Damage: (_words, _order, { effect }) => effect.persist(noted(Number.NaN as never)),
    },
    {
      snapshots: { every: 2, keep: 1, deleteEvents: true },
      onSignal: (words, signal, { sequenceNr }) => {
        told.push(`${signal.type} ${words.join("")} ${sequenceNr}`);
        return at(signal) as undefined;
      },
    },
  );
}

describe("signals", () => {
  it("tell of recovery, snapshots, deletions and the end, each once and in order", async () => {
    const system = await startSystem();
    const told: string[] = [];
    const ref = system.entityRef(telling(told), "1");
    for (const word of "abcd") await ref.ask(note(word));
    await system.stop(ref);
    expect(await ref.ask(read)).to.deep.equal([..."abcd"]);
    const first = [
      "RecoveryCompleted  0",
      "SnapshotSaved ab 2",
      "SnapshotSaved abcd 4",
      "EventsDeleted abcd 4",
      "SnapshotsDeleted abcd 4",
      "PostStop abcd 4",
    ];
    expect(told).to.deep.equal([...first, "RecoveryCompleted abcd 4"]);
  });

  it("88, 89: carry what they tell of", async () => {
    const faults = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: faults });
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
    const cause = new Error("ordered");
    faults.failNext("append", undefined, cause);
    const failed = await rejection(ref.ask(note("failed")));
    faults.rejectNext("append");
    const rejected = await rejection(ref.ask(note("rejected")));
    await system.stop(ref);
    const of = <T extends Signal["type"]>(type: T): Signal[] => signals.filter((signal) => signal.type === type);
    expect(of("EventsDeleted")).to.deep.equal([{ type: "EventsDeleted", toSequenceNr: 1 }]);
    expect(of("PersistFailed")).to.deep.equal([{ type: "PersistFailed", command: note("failed"), error: failed }]);
    expect(of("PersistRejected")).to.deep.equal([
      { type: "PersistRejected", command: note("rejected"), error: rejected },
    ]);
    expect(of("SnapshotSaved").map((signal) => "sequenceNr" in signal && signal.sequenceNr)).to.deep.equal([1, 2]);
  });

  it("87, 90: tell of a failed write once for each command that it held, and never when all is well", async () => {
    const faults = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: faults });
    const commands: unknown[] = [];
    const definition = notebook(
      {},
      {
        onSignal: (_words, signal) => {
          if (signal.type === "PersistFailed" || signal.type === "PersistRejected") commands.push(signal.command);
        },
      },
    );
    const ref = system.entityRef(definition, "1");
    await ref.ask(note("fine"));
    expect(commands).to.deep.equal([]);
    faults.failNext("append");
    await Promise.all([note("a"), read, note("b")].map((order) => rejection(ref.ask(order))));
    expect(commands).to.deep.equal([note("a"), read, note("b")]);
  });

  it("tell of a value that JSON would damage as of a rejected write", async () => {
    const system = await startSystem();
    const signals: Signal[] = [];
    const definition = notebook(
      { Bad: (_words, _order, { effect }) => effect.persist(noted(undefined as never)) },
      { onSignal: (_words, signal) => signals.push(signal) },
    );
    const error = await rejection(system.entityRef(definition, "1").ask({ type: "Bad" }));
    expect(signals.at(-1)).to.deep.equal({ type: "PersistRejected", command: { type: "Bad" }, error });
  });

  it("187: can send commands, as RecoveryCompleted to the entity itself", async () => {
    const system = await startSystem();
    const definition = notebook(
      {},
      {
        onSignal: (_words, { type }, { self }) => {
          if (type === "RecoveryCompleted") self.tell(note("started"));
        },
      },
    );
    const ref = system.entityRef(definition, "1");
    await ref.ask(note("asked"));
    expect(await ref.ask(read)).to.deep.equal(["asked", "started"]);
  });

  it("PostStop comes at a stop, a kill and a restart, once each", async () => {
    const system = await startSystem();
    const told: string[] = [];
    const definition = notebook(
      {
        Fail: () => {
          throw new Error("ordered");
        },
      },
      { onSignal: (_words, { type }) => told.push(type) },
    );
    const ref = system.entityRef(definition, "1");
    await ref.ask(read);
    await system.stop(ref);
    await ref.ask(read);
    await system.kill(ref);
    await rejection(ref.ask({ type: "Fail" }));
    await ref.ask(read);
    expect(told).to.deep.equal([
      ...["RecoveryCompleted", "PostStop", "RecoveryCompleted", "PostStop"],
      ...["RecoveryCompleted", "PostStop", "RecoveryCompleted"],
    ]);
  });
});

describe("a signal handler that throws", () => {
  const mistake = new Error("a mistake in the handler");
  const orders: Readonly<Record<string, readonly Order[]>> = {
    SnapshotSaved: [{ type: "Save" }],
    EventsDeleted: ["a", "b", "c", "d"].map(note),
    PersistRejected: [{ type: "Damage" }],
  };

  for (const [type, commands] of Object.entries(orders)) {
    for (const how of ["throws", "returns a promise that rejects"] as const) {
      it(`84: at ${type} restarts the entity when it ${how}`, async () => {
        const system = await startSystem();
        const failures = new TestProbe(system);
        system.eventStream.subscribe(failures.ref, "ActorFailed");
        let thrown = false;
        const definition = telling([], (signal) => {
          if (signal.type !== type || thrown) return undefined;
          thrown = true;
          if (how === "throws") throw mistake;
          return Promise.reject(mistake);
        });
        const ref = system.entityRef(definition, "1");
        for (const order of commands) await ref.ask(order).catch(() => undefined);
        const { error } = await failures.expectMessage<{ error: ActorFailedError }>(() => true);
        expect(error)
          .to.be.instanceOf(ActorFailedError)
          .and.to.include({ cause: mistake, phase: `onSignal(${type})` });
        expect(await ref.ask(note("after"))).to.be.a("number");
      });
    }
  }

  it("at PostStop harms nobody", async () => {
    const system = await startSystem();
    const definition = telling([], ({ type }) => {
      if (type === "PostStop") throw mistake;
    });
    const ref = system.entityRef(definition, "1");
    await ref.ask(note("a"));
    await system.stop(ref);
    expect(await ref.ask(read)).to.deep.equal(["a"]);
  });

  it("at PersistFailed leaves the answers as they are", async () => {
    const faults = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: faults });
    const definition = telling([], ({ type }) => {
      if (type === "PersistFailed") throw mistake;
    });
    const ref = system.entityRef(definition, "1");
    faults.failNext("append");
    const errors = await Promise.all(["a", "b"].map((word) => rejection(ref.ask(note(word)))));
    for (const error of errors) expect(error).to.have.property("code", "PERSIST_FAILED");
    expect(await ref.ask(note("c"))).to.equal(1);
  });

  it("long after its entity has ended, in a promise, harms nobody", async () => {
    const system = await startSystem();
    const later = deferred();
    const results = [later.promise];
    const definition = telling([], ({ type }) => (type === "RecoveryCompleted" ? results.shift() : undefined));
    const ref = system.entityRef(definition, "1");
    await ref.ask(read);
    await system.stop(ref);
    later.reject(mistake);
    expect(await ref.ask(note("a"))).to.equal(1);
  });
});
