/** Entities without work leave memory, and come back with their next message. */

import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { dispatch } from "nact";
import { type ActorSystem, actor, type EntityRef } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, ManualClock } from "rekindle/testkit";
import { type Decide, type NotebookOptions, note, notebook, noted, type Order, read } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { deferred, eventually, quiet } from "../support/waiting.ts";

const idleMs = 1_000;

interface Stage {
  readonly system: ActorSystem;
  readonly ref: EntityRef<Order>;
  readonly clock: ManualClock;
  readonly storage: ReturnType<typeof faultyStorage>;
  /** How often an entity was activated and stopped. */
  readonly lives: { started: number; stopped: number };
}

async function stage(handlers: Record<string, Decide> = {}, options: NotebookOptions = {}): Promise<Stage> {
  const clock = new ManualClock();
  const storage = faultyStorage(memoryStorage());
  const system = await startSystem({ clock, storage });
  const lives = { started: 0, stopped: 0 };
  system.eventStream.asObservable().subscribe(({ type }) => {
    if (type === "ActorStarted") lives.started++;
    if (type === "ActorStopped") lives.stopped++;
  });
  const ref = system.entityRef(notebook(handlers, { passivateAfterMs: idleMs, ...options }), "1");
  return { system, ref, clock, storage, lives };
}

/** Lets the entity finish its turn, then lets so much time pass. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  await quiet();
  clock.advance(ms);
  await quiet();
}

describe("passivation", () => {
  it("stops an entity after its idle time, and the next message recovers it", async () => {
    const { ref, clock, lives } = await stage();
    await ref.ask(note("a"));
    await pass(clock, idleMs - 1);
    expect(lives).to.deep.equal({ started: 1, stopped: 0 });
    await pass(clock, 1);
    expect(lives).to.deep.equal({ started: 1, stopped: 1 });
    expect(await ref.ask(note("b"))).to.equal(2);
    expect(lives).to.deep.equal({ started: 2, stopped: 1 });
  });

  it("counts from the last message", async () => {
    const { ref, clock, lives } = await stage();
    for (let n = 0; n < 5; n++) {
      await ref.ask(read);
      await pass(clock, idleMs - 1);
    }
    expect(lives.stopped).to.equal(0);
    await pass(clock, 1);
    expect(lives.stopped).to.equal(1);
  });

  it("comes after two minutes unless told otherwise", async () => {
    const { ref, clock, lives } = await stage({}, { passivateAfterMs: undefined as never });
    await ref.ask(read);
    await pass(clock, 119_999);
    expect(lives.stopped).to.equal(0);
    await pass(clock, 1);
    expect(lives.stopped).to.equal(1);
  });

  it("never comes with Infinity", async () => {
    const { ref, clock, lives } = await stage({}, { passivateAfterMs: Number.POSITIVE_INFINITY });
    await ref.ask(read);
    await pass(clock, 1e12);
    expect(lives).to.deep.equal({ started: 1, stopped: 0 });
  });

  it("loses no message that is sent in the same moment", async () => {
    const { ref, clock, lives } = await stage();
    await ref.ask(note("a"));
    await quiet();
    clock.advance(idleMs);
    const asked = ref.ask(note("b"));
    expect(lives.stopped).to.equal(1);
    expect(await asked).to.equal(2);
    const sent = ref.ask(note("c"));
    clock.advance(idleMs);
    expect(await sent).to.equal(3);
  });

  it("is undone by a message through nact too", async () => {
    const { ref, clock, lives } = await stage();
    await ref.ask(note("a"));
    await pass(clock, idleMs);
    dispatch(ref.nact, note("b"));
    await eventually("the entity is live again", () => lives.started === 2);
    expect(await ref.ask(read)).to.deep.equal(["a", "b"]);
  });

  it("ends the children of the entity with it", async () => {
    const child = actor<unknown, undefined>({ initialState: undefined, receive: () => undefined });
    const { ref, clock, lives } = await stage({
      Spawn: (_words, _order, { effect, spawn }) => {
        spawn(child);
        return effect.none();
      },
    });
    await ref.ask({ type: "Spawn" });
    await pass(clock, idleMs);
    expect(lives).to.deep.equal({ started: 2, stopped: 2 });
  });

  it("gives the entity of a spawn no rest: its reference would be dead", async () => {
    const { system, clock, lives } = await stage();
    const ref = system.spawn(notebook({}, { entityType: "spawned", passivateAfterMs: idleMs }), "1");
    await ref.ask(note("a"));
    await pass(clock, idleMs * 10);
    expect(lives.stopped).to.equal(0);
    expect(await ref.ask(note("b"))).to.equal(2);
  });
});

describe("passivation waits", () => {
  /** Asks something that keeps the entity busy, and shows that it stays until it is free. */
  async function staysWhile({ clock, lives }: Stage, begin: () => void, end: () => void): Promise<void> {
    begin();
    await pass(clock, idleMs * 3);
    expect(lives.stopped, "while it is busy").to.equal(0);
    end();
    await pass(clock, idleMs * 3);
    expect(lives.stopped, "when it is free").to.equal(1);
  }

  it("for a write that is under way", async () => {
    const on = await stage({}, { snapshots: { every: 1 } });
    await on.ref.ask(read);
    on.storage.hold("append");
    await staysWhile(
      on,
      () => on.ref.tell(note("a")),
      () => on.storage.release("append"),
    );
  });

  it("for a snapshot that is under way", async () => {
    const on = await stage({}, { snapshots: { every: 1 } });
    on.storage.hold("save");
    await staysWhile(
      on,
      () => on.ref.tell(note("a")),
      () => on.storage.release("save"),
    );
  });

  it("for deletions that are under way", async () => {
    const on = await stage({}, { snapshots: { every: 1, keep: 1, deleteEvents: true } });
    await on.ref.ask(note("a"));
    on.storage.hold("deleteTo");
    await staysWhile(
      on,
      () => on.ref.tell(note("b")),
      () => on.storage.release("deleteTo"),
    );
  });

  it("for a recovery that is under way", async () => {
    const on = await stage();
    on.storage.hold("load");
    await staysWhile(
      on,
      () => on.ref.tell(read),
      () => on.storage.release("load"),
    );
  });

  it("for a handler that is awaited", async () => {
    const decision = deferred();
    const on = await stage({
      Later: async (_words, _order, { effect }) => {
        await decision.promise;
        return effect.persist(noted("later"));
      },
    });
    await staysWhile(
      on,
      () => on.ref.tell({ type: "Later" }),
      () => decision.resolve(),
    );
    expect(await on.ref.ask(read)).to.deep.equal(["later"]);
  });

  it("for a stash that is not empty", async () => {
    const on = await stage({
      Keep: (words, order, { effect }) => (words.length === 0 ? effect.stash() : effect.reply(order, "given back")),
      Open: (_words, _order, { effect }) => effect.persist(noted("open")).thenUnstashAll(),
    });
    const kept = on.ref.ask({ type: "Keep" }, { timeoutMs: 1e9 });
    await staysWhile(
      on,
      () => undefined,
      () => on.ref.tell({ type: "Open" }),
    );
    expect(await kept).to.equal("given back");
  });

  it("for the end of an actor that is watched", async () => {
    // In another system, so that its own end is not counted.
    const elsewhere = await startSystem();
    const target = elsewhere.spawn(actor<unknown, undefined>({ initialState: undefined, receive: () => undefined }));
    const on = await stage({
      Watch: (_words, _order, { effect, watch }) => {
        watch(target, note("ended"));
        return effect.none();
      },
    });
    await on.ref.ask({ type: "Watch" });
    await staysWhile(
      on,
      () => undefined,
      () => void elsewhere.stop(target),
    );
    expect(await on.ref.ask(read)).to.deep.equal(["ended"]);
  });

  it("for a receive timeout that is set", async () => {
    const on = await stage({
      Wait: (_words, _order, { effect, setReceiveTimeout }) => {
        setReceiveTimeout(idleMs * 4, { type: "Silence" });
        return effect.none();
      },
      Silence: (_words, _order, { effect, cancelReceiveTimeout }) => {
        cancelReceiveTimeout();
        return effect.persist(noted("silence"));
      },
    });
    await on.ref.ask({ type: "Wait" });
    await staysWhile(
      on,
      () => undefined,
      () => on.clock.advance(idleMs),
    );
    expect(await on.ref.ask(read)).to.deep.equal(["silence"]);
  });

  it("for a timer that is set", async () => {
    const on = await stage({
      Wake: (_words, _order, { effect, timers }) => {
        timers.startSingleTimer("alarm", note("rang"), idleMs * 5);
        return effect.none();
      },
    });
    await on.ref.ask({ type: "Wake" });
    await staysWhile(
      on,
      () => undefined,
      () => on.clock.advance(idleMs * 2),
    );
    expect(await on.ref.ask(read)).to.deep.equal(["rang"]);
  });
});

describe("ten thousand activations and passivations", () => {
  it("leave nothing behind", async () => {
    const { system, clock, lives } = await stage();
    const definition = notebook({}, { entityType: "many", passivateAfterMs: idleMs });
    const round = async (first: number): Promise<void> => {
      const asked = Array.from({ length: 2_500 }, (_, n) => system.entityRef(definition, String(first + n)).ask(read));
      await Promise.all(asked);
      await pass(clock, idleMs);
    };
    await round(0);
    const before = usedBytes();
    for (let first = 2_500; first < 12_500; first += 2_500) await round(first);
    expect(lives).to.deep.equal({ started: 12_500, stopped: 12_500 });
    expect(usedBytes() - before, "bytes kept for each of 10,000").to.be.lessThan(10_000 * 100);
    await eventually("no more timers than at first", () => clock.timers <= 2);
  }).timeout(10_000);
});

function usedBytes(): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
