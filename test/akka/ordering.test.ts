/** The order of what an entity decides, stores, runs and answers: what Akka asserts of its classic persistent actor. */
import { expect } from "chai";
import fc from "fast-check";
import { ActorFailedError, type ActorSystem } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type FaultyStorage, faultyStorage, TestProbe } from "rekindle/testkit";
import { type Decide, type Notebook, note, notebook, noted, type Order, read } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { quiet, rejection } from "../support/waiting.ts";
import { watchedStorage } from "../support/watched-storage.ts";

const fail: Decide = () => {
  throw new Error("ordered failure");
};

/** How one command of a made-up load behaves. */
interface Load {
  readonly events: number;
  readonly asynchronous: boolean;
  /** The next command is sent only when everything before has had its chance. */
  readonly pause: boolean;
}

const load: fc.Arbitrary<Load> = fc.record({
  events: fc.integer({ min: 0, max: 3 }),
  asynchronous: fc.boolean(),
  pause: fc.boolean(),
});

function wordsOf(index: number, { events }: Load): string[] {
  return Array.from({ length: events }, (_, n) => `${index}-${n + 1}`);
}

/** Stores the words of its command, and logs what runs afterwards. */
function loaded(log: string[]): Notebook {
  const decide: Decide = (_words, order, { effect }) =>
    effect
      .persist((order.words as string[]).map(noted))
      .thenRun((words) => log.push(`${order.index} at ${words.length}`))
      .thenReply(order, (words) => words.length);
  return notebook({
    Sync: decide,
    Async: async (words, order, context) => {
      await Promise.resolve();
      return decide(words, order, context);
    },
  });
}

describe("the order of what an entity does", () => {
  it("176, 178, 183: is that of its commands, whether they are decided at once or later, and however many events they have", async () => {
    const system = await startSystem();
    const log: string[] = [];
    const definition = loaded(log);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(load, { maxLength: 60 }), async (loads) => {
        log.length = 0;
        const published: string[] = [];
        const ref = system.spawn(definition, `run ${++runs}`);
        const bus = system.eventStream.asObservable().subscribe((event) => {
          if ("offset" in event) published.push((event.event as { word: string }).word);
        });
        const asked: Promise<unknown>[] = [];
        for (const [index, each] of loads.entries()) {
          const type = each.asynchronous ? "Async" : "Sync";
          asked.push(ref.ask({ type, index, words: wordsOf(index, each) }));
          if (each.pause) await quiet();
        }
        const expected = loads.flatMap((each, index) => wordsOf(index, each));
        let sum = 0;
        const sums = loads.map(({ events }) => (sum += events));
        expect(await Promise.all(asked)).to.deep.equal(sums);
        expect(log).to.deep.equal(sums.map((words, index) => `${index} at ${words}`));
        expect(await ref.ask(read)).to.deep.equal(expected);
        expect(published).to.deep.equal(expected);
        bus.unsubscribe();
        await system.stop(ref);
      }),
      { numRuns: 25 },
    );
  });

  it("184: several events of one command come together, in one write, before those of any other", async () => {
    const storage = watchedStorage(memoryStorage());
    const system = await startSystem({ storage });
    const words = ["a", "a-outer-1", "a-outer-2", "a-inner-1", "a-inner-2"];
    const ref = system.entityRef(notebook({ Nest: (_w, _o, { effect }) => effect.persist(words.map(noted)) }), "1");
    await Promise.all([ref.ask({ type: "Nest" }), ref.ask(note("b"))]);
    expect(await ref.ask(read)).to.deep.equal([...words, "b"]);
    const withA = storage.appends.filter(({ events }) => events.some(({ payload }) => payload.includes('"a')));
    expect(withA.map(({ events }) => events.length >= words.length)).to.deep.equal([true]);
  });

  it("184: what a side effect sends to its own entity comes after what was sent before", async () => {
    const system = await startSystem();
    const definition = notebook({
      NoteTwice: (_words, order, { effect, self }) =>
        effect.persist(noted(`${order.word}-1`)).thenRun(() => self.tell(note(`${order.word}-2`))),
    });
    const ref = system.entityRef(definition, "1");
    await Promise.all(["a", "b"].map((word) => ref.ask({ type: "NoteTwice", word })));
    expect(await ref.ask(read)).to.deep.equal(["a-1", "b-1", "a-2", "b-2"]);
  });
});

describe("a side effect without an event", () => {
  interface Deferring {
    readonly system: ActorSystem;
    readonly storage: FaultyStorage;
    readonly log: string[];
    readonly definition: Notebook;
  }

  async function deferring(): Promise<Deferring> {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const log: string[] = [];
    const definition = notebook({
      Note: (_words, order, { effect }) => {
        log.push(`decided ${order.word}`);
        return effect.persist(noted(String(order.word))).thenRun(() => log.push(`stored ${order.word}`));
      },
      Defer: (_words, order, { effect }) =>
        effect
          .none()
          .thenRun(() => log.push(`deferred ${order.word}`))
          .thenReply(order, () => order.word),
    });
    return { system, storage, log, definition };
  }

  it("180, 182b: waits for the writes before it, while later commands are decided", async () => {
    const { system, storage, log, definition } = await deferring();
    const ref = system.entityRef(definition, "1");
    storage.hold("append");
    const asked = [note("a"), { type: "Defer", word: "b" }, note("c")].map((order) => ref.ask(order));
    await quiet();
    expect(log.splice(0)).to.deep.equal(["decided a", "decided c"]);
    storage.release("append");
    await Promise.all(asked);
    expect(log).to.deep.equal(["stored a", "deferred b", "stored c"]);
  });

  it("181: runs at once when nothing is to be waited for", async () => {
    const { system, storage, log, definition } = await deferring();
    storage.hold("append");
    await system.entityRef(definition, "1").ask({ type: "Defer", word: "a" });
    expect(log).to.deep.equal(["deferred a"]);
  });

  it("182: answers whoever asked for it, also when it had to wait", async () => {
    const { system, storage, definition } = await deferring();
    const ref = system.entityRef(definition, "1");
    storage.hold("append");
    ref.tell(note("a"));
    const [one, other] = ["one", "other"].map((word) => ref.ask({ type: "Defer", word }));
    await quiet();
    storage.release("append");
    expect([await other, await one]).to.deep.equal(["other", "one"]);
  });
});

describe("a failure of an entity", () => {
  it("176b: leaves nothing of a change that was in memory only", async () => {
    const system = await startSystem();
    const definition = notebook({
      Damage: (words, order, context) => {
        (words as string[]).push("never stored");
        return fail(words, order, context);
      },
    });
    const ref = system.entityRef(definition, "1");
    const before = ref.ask(note("a"));
    expect(await rejection(ref.ask({ type: "Damage" }))).to.be.instanceOf(ActorFailedError);
    expect(await before).to.equal(1);
    expect(await ref.ask(read)).to.deep.equal(["a"]);
  });

  it("179: confuses no command with another: each side effect sees the state of its own event", async () => {
    const system = await startSystem();
    const seen: string[] = [];
    const definition = notebook({
      Fail: fail,
      Note: (_words, order, { effect }) =>
        effect
          .persist(noted(String(order.word)))
          .thenRun((words) => seen.push(`${order.word}: ${words.at(-1)} of ${words.length}`)),
    });
    const ref = system.entityRef(definition, "1");
    const words = Array.from({ length: 120 }, (_, n) => String(n + 1));
    const orders: Order[] = words.map(note);
    orders.splice(100, 0, { type: "Fail" });
    const asked = orders.map((order) => (order.type === "Fail" ? rejection(ref.ask(order)) : ref.ask(order)));
    await Promise.all(asked);
    expect(seen).to.deep.equal(words.map((word) => `${word}: ${word} of ${word}`));
    expect(await wordsStored(system, ref)).to.deep.equal(words.map((word) => `${word} ${word}`));
  });

  it("186: is told to whoever sent the message that caused it, and published", async () => {
    const system = await startSystem();
    const failures = new TestProbe(system);
    system.eventStream.subscribe(failures.ref, "ActorFailed");
    const ref = system.entityRef(notebook({ Boom: fail }), "1");
    const error = (await rejection(ref.ask({ type: "Boom" }))) as ActorFailedError;
    expect(error).to.be.instanceOf(ActorFailedError);
    expect(error.cause).to.have.property("message", "ordered failure");
    await failures.expectMessage({ type: "ActorFailed", path: ref.path, error, restarts: 1, willRestart: true });
  });
});

describe("the sequence number in handlers", () => {
  it("166, 167: is right while commands are given back from the stash, and while snapshots are saved", async () => {
    const system = await startSystem();
    const seen: string[] = [];
    let open = false;
    const definition = notebook(
      {
        Note: (_words, order, context) => {
          if (!open) return context.effect.stash();
          seen.push(`${order.word} after ${context.sequenceNr}`);
          return context.effect.persist([noted(String(order.word)), noted("more")]);
        },
        Open: (_words, _order, { effect, sequenceNr }) => {
          open = true;
          seen.push(`open after ${sequenceNr}`);
          return effect.persist(noted("open")).thenUnstashAll();
        },
      },
      {
        snapshots: { every: 1 },
        eventHandler: (words, { word }, { sequenceNr }) => {
          seen.push(`${word} is ${sequenceNr}`);
          return [...words, word];
        },
      },
    );
    const ref = system.entityRef(definition, "1");
    await Promise.all([note("a"), note("b"), { type: "Open" }].map((order) => ref.ask(order)));
    expect(seen).to.deep.equal([
      ...["open after 0", "open is 1"],
      ...["a after 1", "a is 2", "more is 3", "b after 3", "b is 4", "more is 5"],
    ]);
  });
});
