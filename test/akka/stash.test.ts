/** What Akka asserts of its stashes: the one of the user, and the one in which commands wait, which here is the mailbox. */
import { expect } from "chai";
import { ActorFailedError, ActorStoppedError, MailboxOverflowError, type Signal } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, steppingStorage, TestProbe } from "rekindle/testkit";
import {
  type Decide,
  type Notebook,
  type NotebookOptions,
  note,
  notebook,
  noted,
  type Order,
  read,
} from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { deferred, eventually, quiet, rejection } from "../support/waiting.ts";

const open: Order = { type: "Open" };
const close: Order = { type: "Close" };

/** A notebook that can be closed, also before it has stored anything; what comes meanwhile is stashed. */
function closable(
  handlers: Record<string, Decide> = {},
  options: NotebookOptions = {},
  always: Record<string, Decide> = {},
): Notebook {
  let closed = false;
  const stashing = Object.entries({ Note: keep, Read: show, ...handlers }).map(([type, decide]): [string, Decide] => [
    type,
    (words, order, context) => (closed ? context.effect.stash() : decide(words, order, context)),
  ]);
  return notebook(
    {
      ...Object.fromEntries(stashing),
      ...always,
      Close: (_words, _order, { effect }) => {
        closed = true;
        return effect.none();
      },
      Open: (_words, _order, { effect }) => {
        closed = false;
        return effect.none().thenUnstashAll();
      },
    },
    options,
  );
}

const keep: Decide = (_words, order, { effect }) =>
  effect.persist(noted(String(order.word))).thenReply(order, (words) => words.length);
const show: Decide = (words, order, { effect }) => effect.reply(order, words);

function failAt(bad: string): Decide {
  return (words, order, context) => {
    if (order.word === bad) throw new Error("ordered failure");
    return keep(words, order, context);
  };
}

/** What each question came to: its answer, or the name of its error. */
function outcomes(asked: readonly Promise<unknown>[]): Promise<unknown[]> {
  return Promise.all(asked.map((answer) => answer.catch((error: Error) => error.name)));
}

describe("what is given back from the stash", () => {
  it("43: is answered also when a question stood among it while a write was under way", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const ref = system.entityRef(closable(), "1");
    await ref.ask(note("1"));
    storage.hold("append");
    const asked = [close, note("2"), read, note("3"), open, note("4")].map((order) => ref.ask(order));
    await quiet();
    storage.release("append");
    expect(await Promise.all(asked)).to.deep.equal([undefined, 2, ["1", "2"], 3, undefined, 4]);
  });

  it("44: is handled after a failed write, except for what that write held up", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const decision = deferred();
    const ref = system.entityRef(
      closable({ Slow: async (_words, _order, { effect }) => decision.promise.then(() => effect.none()) }),
      "1",
    );
    await ref.ask(close);
    const given = outcomes([note("3"), { type: "Slow" }, note("4"), note("5")].map((order) => ref.ask(order)));
    storage.failNext("append");
    await ref.ask(open);
    const after = ref.ask(note("6"));
    await quiet();
    decision.resolve();
    expect(await given).to.deep.equal(["PersistFailedError", "PersistFailedError", 1, 2]);
    expect(await after).to.equal(3);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 4", "2 5", "3 6"]);
  });

  it("54: comes after what is handled now, and survives the failure of another", async () => {
    const system = await startSystem();
    const ref = system.entityRef(closable({ Note: failAt("b-2") }), "1");
    const orders = [close, note("a"), note("b-1"), note("b-2"), open, note("c")];
    const answers = await outcomes(orders.map((order) => ref.ask(order)));
    expect(answers).to.deep.equal([undefined, 1, 2, "ActorFailedError", undefined, 3]);
    expect(await ref.ask(read)).to.deep.equal(["a", "b-1", "c"]);
  });

  it("56: is handled after what came in between, although an earlier write is not done yet", async () => {
    const storage = steppingStorage(memoryStorage());
    const system = await startSystem({ storage });
    const ref = system.entityRef(closable({}, {}, { Force: keep }), "1");
    const asked = [note("a"), close].map((order) => ref.ask(order));
    for (const operation of ["load", "read", "highestSequenceNr"]) {
      expect(await storage.step()).to.have.property("operation", operation);
    }
    await eventually("the write of a waits", () => storage.waiting.length === 1);
    for (const order of [note("b"), { type: "Force", word: "c" }, open]) asked.push(ref.ask(order));
    await quiet();
    storage.run();
    expect(await Promise.all(asked)).to.deep.equal([1, undefined, 3, 2, undefined]);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a", "2 c", "3 b"]);
  });
});

describe("a stash that is full", () => {
  it("47: fails the entity if it says so, which then restarts; whoever was stashed is told", async () => {
    const system = await startSystem();
    const events = new TestProbe(system);
    system.eventStream.subscribe(events.ref, ["MessageDropped", "ActorFailed"]);
    const ref = system.entityRef(closable({}, { stashCapacity: 2, stashOverflow: "fail" }), "1");
    await ref.ask(close);
    const stashed = ["a", "b"].map((word) => rejection(ref.ask(note(word))));
    const error = await rejection(ref.ask(note("c")));
    expect(error).to.be.instanceOf(ActorFailedError);
    expect((error as ActorFailedError).cause)
      .to.be.instanceOf(MailboxOverflowError)
      .and.to.include({ capacity: 2, queue: "stash" });
    for (const given of await Promise.all(stashed)) expect(given).to.be.instanceOf(ActorStoppedError);
    await events.expectMessage({ type: "MessageDropped", path: ref.path, message: note("c"), queue: "stash" });
    await events.expectMessage<{ willRestart: boolean }>(({ willRestart }) => willRestart);
    await ref.ask(open);
    expect(await ref.ask(note("d"))).to.equal(1);
  });
});

describe("commands that wait in the mailbox", () => {
  it("41: are handled after a side effect has failed", async () => {
    const system = await startSystem();
    const ref = system.entityRef(
      notebook({
        Note: (_words, order, { effect }) =>
          effect
            .persist(noted(String(order.word)))
            .thenRun(() => {
              if (order.word === "3") throw new Error("ordered failure");
            })
            .thenReply(order, (words) => words.length),
      }),
      "1",
    );
    const asked = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => ref.ask(note(String(n))));
    expect(await outcomes(asked)).to.deep.equal([1, 2, "ActorFailedError", 4, 5, 6, 7, 8, 9, 10]);
    expect(await ref.ask(note("11")), "the event of the one that failed is stored").to.equal(11);
  });

  it("51: when they are 40,000 and half of them fit, are refused or handled without exhausting the call stack", async () => {
    const storage = steppingStorage(memoryStorage());
    const system = await startSystem({ storage });
    let [dropped, ran] = [0, 0];
    system.eventStream.asObservable().subscribe(({ type }) => type === "MessageDropped" && dropped++);
    const definition = notebook(
      {
        Count: (_words, order, { effect }) =>
          effect
            .persist([])
            .thenRun(() => ran++)
            .thenReply(order, () => "done"),
      },
      { mailboxCapacity: 20_000 },
    );
    const ref = system.entityRef(definition, "1");
    const asked = Array.from({ length: 40_000 }, () => ref.ask({ type: "Count" }));
    storage.run();
    const answers = await outcomes(asked);
    expect(answers.filter((answer) => answer === "done").length).to.equal(20_000);
    expect(answers.filter((answer) => answer === "MailboxOverflowError").length).to.equal(20_000);
    expect([dropped, ran]).to.deep.equal([20_000, 20_000]);
  });

  it("57: beyond the capacity are refused, told so and published, and the others keep their order", async () => {
    const system = await startSystem();
    const drops = new TestProbe(system);
    system.eventStream.subscribe(drops.ref, "MessageDropped");
    const barrier = deferred();
    const definition = notebook(
      { Barrier: (_words, _order, { effect }) => barrier.promise.then(() => effect.persist(noted("a"))) },
      { mailboxCapacity: 10 },
    );
    const ref = system.entityRef(definition, "1");
    const first = ref.ask({ type: "Barrier" });
    await quiet();
    const asked = Array.from({ length: 20 }, (_, n) => ref.ask(note(String(n + 1))));
    const refused = await outcomes(asked.slice(10));
    expect(refused).to.deep.equal(Array(10).fill("MailboxOverflowError"));
    const told = (await drops.receiveN(10)) as { message: Order }[];
    expect(told.map(({ message }) => message.word)).to.deep.equal([
      "11",
      "12",
      "13",
      "14",
      "15",
      "16",
      "17",
      "18",
      "19",
      "20",
    ]);
    barrier.resolve();
    await first;
    expect(await Promise.all(asked.slice(0, 10))).to.deep.equal([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(await ref.ask(read)).to.deep.equal(["a", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
  });
});

describe("a request to stop", () => {
  it("49: comes after what was given back from the stash before it, and before what is sent later", async () => {
    const system = await startSystem();
    const ref = system.spawn(closable(), "1");
    const asked = [close, note("3"), note("4"), open, note("5")].map((order) => ref.ask(order));
    const stopped = system.stop(ref);
    const later = rejection(ref.ask(note("6")));
    expect(await Promise.all(asked)).to.deep.equal([undefined, 1, 2, undefined, 3]);
    await stopped;
    expect(await later).to.be.instanceOf(ActorStoppedError);
  });

  it("50: during recovery lets it complete; a command sent later is not handled", async () => {
    const storage = faultyStorage(memoryStorage());
    storage.hold("load");
    const system = await startSystem({ storage });
    const signals: Signal[] = [];
    const ref = system.spawn(notebook({}, { onSignal: (_words, signal) => signals.push(signal) }), "1");
    const stopped = system.stop(ref);
    const later = rejection(ref.ask(note("later")));
    storage.release("load");
    await stopped;
    expect(await later).to.be.instanceOf(ActorStoppedError);
    expect(signals.map(({ type }) => type)).to.deep.equal(["RecoveryCompleted", "PostStop"]);
  });
});
