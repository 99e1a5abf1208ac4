/** Recoveries that fail or hang, as Akka's RecoverySignal, RecoveryTimeout and EventSourcedActorFailure specs have them. */
import { expect } from "chai";
import { ActorFailedError, ActorStoppedError, type Logger, RecoveryFailedError, type Signal } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type FaultyStorage, faultyStorage, ManualClock } from "rekindle/testkit";
import { type Notebook, type NotebookOptions, note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem, storeWords } from "../support/start-system.ts";
import { quiet, rejection } from "../support/waiting.ts";

const never = { maxRestarts: 0 };
const once = { minBackoffMs: 1, maxBackoffMs: 1, jitter: 0, maxRestarts: 1, resetAfterMs: 60_000 };

/** A log that keeps what it is told, each as `level message`. */
function keepingLog(kept: string[]): Logger {
  const at =
    (level: string) =>
    (message: unknown, error?: unknown): number =>
      kept.push(`${level} ${message}: ${error}`);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A notebook that keeps its signals, and throws at some. */
function telling(signals: Signal[], options: NotebookOptions = {}, throwsAt?: Signal["type"]): Notebook {
  return notebook(
    {},
    {
      onSignal: (_words, signal) => {
        signals.push(signal);
        if (signal.type === throwsAt) throw new Error("the handler fails too");
      },
      ...options,
    },
  );
}

function typesOf(signals: readonly Signal[]): string[] {
  return signals.map(({ type }) => type);
}

describe("a failed recovery", () => {
  it("74, 102: is told with its cause, and stops an entity that must not restart", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const signals: Signal[] = [];
    const ref = system.entityRef(telling(signals, { supervision: never }), "1");
    const cause = new Error("cannot be read");
    storage.failNext("read", undefined, cause);
    const asked = rejection(ref.ask(read));
    await system.watch(ref);
    expect(await asked)
      .to.be.instanceOf(RecoveryFailedError)
      .and.to.have.property("cause", cause);
    expect(typesOf(signals)).to.deep.equal(["RecoveryFailed"]);
    expect(signals[0]).to.have.nested.property("error.cause", cause);
    expect(await ref.ask(read), "the next message is a new life").to.deep.equal([]);
  });

  it("75: whose signal handler throws as well is logged with what it threw, and the entity stops all the same", async () => {
    const storage = faultyStorage(memoryStorage());
    const kept: string[] = [];
    const system = await startSystem({ storage, log: keepingLog(kept) });
    const signals: Signal[] = [];
    const ref = system.entityRef(telling(signals, { supervision: never }, "RecoveryFailed"), "1");
    storage.failNext("read", undefined, new Error("cannot be read"));
    const asked = rejection(ref.ask(read));
    await system.watch(ref);
    expect(typesOf(signals), "the handler has run").to.deep.equal(["RecoveryFailed"]);
    expect(await asked)
      .to.be.instanceOf(RecoveryFailedError)
      .and.to.have.nested.property("cause.message", "cannot be read");
    expect(kept.filter((line) => line.startsWith("error")).join()).to.include("failed in onSignal");
  });

  it("76: because the event handler throws is told with what it threw, and the entity stops", async () => {
    const storage = memoryStorage();
    await storeWords(storage, "abc");
    const system = await startSystem({ storage });
    const signals: Signal[] = [];
    const wrong = new Error("wrong event");
    const eventHandler = (): never => {
      throw wrong;
    };
    const ref = system.entityRef(telling(signals, { supervision: never, eventHandler }), "1");
    const asked = rejection(ref.ask(read));
    await system.watch(ref);
    expect(await asked)
      .to.be.instanceOf(RecoveryFailedError)
      .and.to.have.property("cause", wrong);
    expect(typesOf(signals)).to.deep.equal(["RecoveryFailed"]);
    expect(signals[0]).to.have.nested.property("error.cause", wrong);
  });

  it("79: is tried again after a pause, and completes", async () => {
    const storage = faultyStorage(memoryStorage());
    await storeWords(storage, "a");
    const system = await startSystem({ storage });
    const signals: Signal[] = [];
    const ref = system.entityRef(telling(signals, { supervision: once }), "1");
    storage.failNext("read");
    await rejection(ref.ask(read));
    expect(await ref.ask(read)).to.deep.equal(["a"]);
    expect(typesOf(signals)).to.deep.equal(["RecoveryFailed", "RecoveryCompleted"]);
  });
});

describe("a handler of RecoveryCompleted that throws", () => {
  it("77: is tried again as often as the entity may restart; then it stops, and who waits learns the reason", async () => {
    const system = await startSystem();
    const signals: Signal[] = [];
    const ref = system.entityRef(telling(signals, { supervision: once }, "RecoveryCompleted"), "1");
    const asked = rejection(ref.ask(read));
    await system.watch(ref);
    const error = await asked;
    expect(error).to.be.instanceOf(ActorStoppedError);
    expect((error as ActorStoppedError).cause)
      .to.be.instanceOf(ActorFailedError)
      .and.to.have.property("phase", "onSignal(RecoveryCompleted)");
    expect(typesOf(signals)).to.deep.equal(["RecoveryCompleted", "PostStop", "RecoveryCompleted", "PostStop"]);
  });
});

describe("a recovery that hangs", () => {
  const idleTimeoutMs = 100;

  async function hanging(
    operation: "load" | "read",
    options: NotebookOptions,
  ): Promise<{
    clock: ManualClock;
    storage: FaultyStorage;
    system: Awaited<ReturnType<typeof startSystem>>;
    definition: Notebook;
    signals: Signal[];
  }> {
    const storage = faultyStorage(memoryStorage());
    await storeWords(storage, "abc");
    const clock = new ManualClock();
    const system = await startSystem({ storage, clock });
    const signals: Signal[] = [];
    storage.hold(operation);
    return {
      clock,
      storage,
      system,
      definition: telling(signals, { recovery: { idleTimeoutMs }, ...options }),
      signals,
    };
  }

  it("92, 155: over its snapshot fails in time, and the entity restarts", async () => {
    const { clock, storage, system, definition, signals } = await hanging("load", { supervision: once });
    const ref = system.entityRef(definition, "1");
    const asked = rejection(ref.ask(read));
    await quiet();
    clock.advance(idleTimeoutMs - 1);
    await quiet();
    expect(signals).to.deep.equal([]);
    clock.advance(1);
    const error = await asked;
    expect(error)
      .to.be.instanceOf(RecoveryFailedError)
      .and.to.have.nested.property("cause.message")
      .that.includes("the storage gave nothing for 100 ms");
    expect(typesOf(signals)).to.deep.equal(["RecoveryFailed"]);
    storage.release("load");
    await quiet();
    clock.advance(1);
    expect(await ref.ask(read)).to.deep.equal(["a", "b", "c"]);
    expect(typesOf(signals)).to.deep.equal(["RecoveryFailed", "RecoveryCompleted"]);
  });

  it("93: over its events fails in time, and an entity that must not restart stops", async () => {
    const { clock, system, definition, signals, storage } = await hanging("read", { supervision: never });
    const ref = system.entityRef(definition, "1");
    const asked = rejection(ref.ask(read));
    const ended = system.watch(ref);
    await quiet();
    clock.advance(idleTimeoutMs);
    expect(await asked).to.be.instanceOf(RecoveryFailedError);
    await ended;
    expect(typesOf(signals)).to.deep.equal(["RecoveryFailed"]);
    storage.release("read");
  });

  it("101: and is given up leaks none of its late events into the next life", async () => {
    const applied: string[] = [];
    const { clock, storage, system, definition } = await hanging("read", {
      supervision: once,
      eventHandler: (words, { word }) => {
        applied.push(word);
        return [...words, word];
      },
    });
    const ref = system.entityRef(definition, "1");
    const asked = rejection(ref.ask(read));
    await quiet();
    clock.advance(idleTimeoutMs);
    await asked;
    const next = ref.ask(read);
    await quiet();
    clock.advance(1);
    await quiet();
    storage.release("read");
    expect(await next).to.deep.equal(["a", "b", "c"]);
    expect(applied).to.deep.equal(["a", "b", "c"]);
  });

  it("94: has a limit of its own, which is not that of waiting for messages", async () => {
    const clock = new ManualClock();
    const system = await startSystem({ clock });
    const signals: string[] = [];
    const definition = notebook(
      { Idle: (_words, _order, { effect }) => effect.persist(noted("idle")) },
      {
        recovery: { idleTimeoutMs: 20 },
        onSignal: (_words, { type }, context) => {
          signals.push(type);
          if (type === "RecoveryCompleted") context.setReceiveTimeout(50, { type: "Idle" });
        },
      },
    );
    const ref = system.entityRef(definition, "1");
    await ref.ask(note("a"));
    clock.advance(49);
    await quiet();
    expect(await ref.ask(read)).to.deep.equal(["a"]);
    clock.advance(50);
    await quiet();
    expect(await ref.ask(read)).to.deep.equal(["a", "idle"]);
    expect(signals).to.deep.equal(["RecoveryCompleted"]);
  });
});
