/** What Akka asserts of an event-sourced behavior: signals as messages, timeouts, recovery, supervision. */
import { expect } from "chai";
import { ActorFailedError, type ActorRef, actor, RecoveryFailedError, type Signal } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, ManualClock, TestProbe } from "rekindle/testkit";
import { note, notebook, noted, type Order, read } from "../support/notebook.ts";
import { historyOf, startSystem, storeWords } from "../support/start-system.ts";
import { quiet, rejection } from "../support/waiting.ts";

const mistake = new Error("ordered failure");

/** An actor that does nothing until it fails. */
const brittle = actor<"fail", undefined>({
  initialState: undefined,
  supervision: "stop",
  receive() {
    throw mistake;
  },
});

/** A notebook that watches whom it is told to. */
const watcher = notebook({
  Watch: (_words, order, { effect, watch }) => {
    watch(order.target as ActorRef<unknown>, order.message as Order);
    return effect.none();
  },
  Spawn: (_words, order, { effect, spawn, watch }) => {
    const child = spawn(brittle, "child");
    watch(child, (error) => note(`child: ${(error as Error).message}`));
    child.tell("fail");
    return effect.reply(order, undefined);
  },
});

describe("an entity that watches", () => {
  it("4, 169: handles the end of the watched actor as a command, which it can persist", async () => {
    const system = await startSystem();
    const [target, ref] = [system.spawn(brittle), system.entityRef(watcher, "1")];
    await ref.ask({ type: "Watch", target, message: note("ended") });
    await system.stop(target);
    await quiet();
    expect((await historyOf(system, ref)).map(({ event }) => event)).to.deep.equal([noted("ended")]);
  });

  it("168: outlives an end that it has no case for: that is unhandled, and published as such", async () => {
    const system = await startSystem();
    const strays = new TestProbe(system);
    system.eventStream.subscribe(strays.ref, "UnhandledMessage");
    const [target, ref] = [system.spawn(brittle), system.entityRef(watcher, "1")];
    await ref.ask(note("a"));
    await ref.ask({ type: "Watch", target, message: { type: "Terminated" } });
    await system.kill(target);
    await strays.expectMessage({ type: "UnhandledMessage", path: ref.path, message: { type: "Terminated" } });
    expect(await ref.ask(note("b"))).to.equal(2);
  });

  it("170: is given the error that ended its child", async () => {
    const system = await startSystem();
    const ended = new TestProbe(system);
    system.eventStream.subscribe(ended.ref, "Noted");
    await system.entityRef(watcher, "1").ask({ type: "Spawn" });
    await ended.expectMessage<{ event: unknown }>(({ event }) => {
      expect(event).to.deep.equal(noted("child: ordered failure"));
      return true;
    });
  });
});

describe("the time of an entity", () => {
  it("5: a receive timeout is a command, which it can persist", async () => {
    const clock = new ManualClock();
    const system = await startSystem({ clock });
    const definition = notebook({
      Wait: (_words, _order, { effect, setReceiveTimeout }) => {
        setReceiveTimeout(100, note("silence"));
        return effect.none();
      },
    });
    const ref = system.entityRef(definition, "1");
    await ref.ask({ type: "Wait" });
    clock.advance(100);
    expect(await ref.ask(read)).to.deep.equal(["silence"]);
  });

  it("20, 172: a timer that is set when recovery has completed sends its command after the replayed events", async () => {
    const clock = new ManualClock();
    const storage = memoryStorage();
    await storeWords(storage, ["replayed"]);
    const system = await startSystem({ clock, storage });
    const definition = notebook(
      {},
      {
        onSignal: (_words, { type }, { timers }) => {
          if (type === "RecoveryCompleted") timers.startSingleTimer("start", note("scheduled"), 10);
        },
      },
    );
    const ref = system.entityRef(definition, "1");
    expect(await ref.ask(read)).to.deep.equal(["replayed"]);
    clock.advance(10);
    expect(await ref.ask(read)).to.deep.equal(["replayed", "scheduled"]);
  });

  it("171: a timer without delay is not lost while a write is under way", async () => {
    const clock = new ManualClock();
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ clock, storage });
    const definition = notebook({
      NoteAndTime: (_words, _order, { effect, timers }) => {
        timers.startSingleTimer("at once", note("timer"), 0);
        return effect.persist(noted("first"));
      },
    });
    const ref = system.entityRef(definition, "1");
    storage.hold("append");
    const asked = ref.ask({ type: "NoteAndTime" });
    await quiet();
    clock.advance(0);
    await quiet();
    storage.release("append");
    await asked;
    expect(await ref.ask(read)).to.deep.equal(["first", "timer"]);
  });
});

describe("the recovery of an entity", () => {
  it("7: replays no event that the latest snapshot covers", async () => {
    const system = await startSystem();
    const recoveries = new TestProbe(system);
    const ref = system.entityRef(notebook({}, { snapshots: { every: 1 } }), "1");
    for (const word of "abc") await ref.ask(note(word));
    await system.stop(ref);
    system.eventStream.subscribe(recoveries.ref, "RecoveryCompleted");
    expect(await ref.ask(note("d"))).to.equal(4);
    await recoveries.expectMessage<{ snapshotSequenceNr: number; replayedEvents: number }>(
      ({ snapshotSequenceNr, replayedEvents }) => snapshotSequenceNr === 3 && replayedEvents === 0,
    );
  });

  it("21: fails with a named cause when the snapshot store is too slow, and is tried again", async () => {
    const clock = new ManualClock();
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ clock, storage });
    const ref = system.entityRef(notebook({}, { recovery: { idleTimeoutMs: 100 } }), "1");
    storage.hold("load");
    const asked = rejection(ref.ask(read));
    await quiet();
    clock.advance(100);
    const error = await asked;
    expect(error).to.be.instanceOf(RecoveryFailedError);
    expect((error as RecoveryFailedError).cause)
      .to.be.instanceOf(Error)
      .and.to.have.property("message")
      .that.includes("the storage gave nothing for 100 ms");
    storage.release("load");
    await quiet();
    clock.advance(1);
    expect(await ref.ask(note("a"))).to.equal(1);
  });

  it("22: does not take the blame for a command that waited for it and fails", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const failures = new TestProbe(system);
    system.eventStream.subscribe(failures.ref, "ActorFailed");
    const definition = notebook({
      Fail: () => {
        throw mistake;
      },
    });
    storage.hold("load");
    const failed = rejection(system.entityRef(definition, "1").ask({ type: "Fail" }));
    await quiet();
    storage.release("load");
    const error = await failed;
    expect(error).to.be.instanceOf(ActorFailedError).and.to.include({ phase: "commandHandler", cause: mistake });
    await failures.expectMessage<{ error: unknown }>((event) => event.error === error);
  });

  it("189: when it is disabled replays nothing, and is told as completed all the same", async () => {
    const storage = memoryStorage();
    await storeWords(storage, "abc");
    const system = await startSystem({ storage });
    const signals: Signal[] = [];
    const definition = notebook(
      {},
      {
        recovery: { fromSnapshot: "none", toSequenceNr: 0 },
        eventHandler: () => expect.fail("no event is to be replayed"),
        onSignal: (_words, signal) => signals.push(signal),
      },
    );
    expect(await system.entityRef(definition, "1").ask(read)).to.deep.equal([]);
    expect(signals).to.deep.equal([{ type: "RecoveryCompleted", sequenceNr: 3 }]);
  });
});

describe("the state of an entity", () => {
  for (const emptyState of [null, 0, "", false] as const) {
    for (const [how, options] of [
      ["from its events", {}],
      ["from a snapshot", { snapshots: { every: 1 } }],
    ] as const) {
      it(`175: may be ${JSON.stringify(emptyState)} at first and later, and comes back ${how}`, async () => {
        const system = await startSystem();
        const seen: unknown[] = [];
        const definition = notebook(
          { Note: (_words, order, { effect }) => effect.persist(noted(String(order.word))) },
          {
            ...options,
            emptyState: emptyState as never,
            eventHandler: (state, { word }) => {
              seen.push(state);
              return (word === "back" ? emptyState : word) as never;
            },
          },
        );
        const ref = system.entityRef(definition, "1");
        for (const word of ["away", "back"]) await ref.ask(note(word));
        expect(seen).to.deep.equal([emptyState, "away"]);
        await system.stop(ref);
        expect(await ref.ask(read)).to.equal(emptyState);
      });
    }
  }
});

describe("the definition of an entity", () => {
  it("14: carries its supervision: it restarts after its own back-off, with its events", async () => {
    const clock = new ManualClock();
    const system = await startSystem({ clock });
    const definition = notebook(
      {
        Fail: () => {
          throw mistake;
        },
      },
      { supervision: { minBackoffMs: 1_000, maxBackoffMs: 1_000, jitter: 0 } },
    );
    const ref = system.entityRef(definition, "1");
    await ref.ask(note("a"));
    await rejection(ref.ask({ type: "Fail" }));
    let answer: unknown;
    const asked = ref.ask(note("b")).then((words) => {
      answer = words;
    });
    await quiet();
    clock.advance(999);
    await quiet();
    expect(answer, "before the pause is over").to.equal(undefined);
    clock.advance(1);
    await asked;
    expect(answer).to.equal(2);
  });

  it("17: carries its tagger: the tags are stored with the event, and published with it", async () => {
    const system = await startSystem();
    const published = new TestProbe(system);
    system.eventStream.subscribe(published.ref, ({ tags }) => tags.includes("tag1"));
    const ref = system.entityRef(notebook({}, { tagger: () => ["tag1", "tag2"] }), "1");
    await ref.ask(note("a"));
    const [stored] = await historyOf(system, ref);
    expect(stored).to.deep.include({ offset: 1, sequenceNr: 1, tags: ["tag1", "tag2"] });
    await published.expectMessage(stored);
  });
});
