/** Commands put aside for later, and brought back. */
import { expect } from "chai";
import { ActorStoppedError, MailboxOverflowError } from "rekindle";
import { TestProbe } from "rekindle/testkit";
import {
  type Decide,
  type Notebook,
  type NotebookOptions,
  note,
  notebook,
  noted,
  type Words,
} from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";

const open = { type: "Open" };
const close = { type: "Close" };
const fail = { type: "Fail" };

function isClosed(words: Words): boolean {
  return words.lastIndexOf("close") > words.lastIndexOf("open");
}

function count(words: Words): number {
  return words.filter((word) => word !== "open" && word !== "close").length;
}

/** A notebook that can be closed; what comes meanwhile is stashed until it is opened again. */
function diary(handlers: Record<string, Decide> = {}, options: NotebookOptions = {}): Notebook {
  const stashing = (decide: Decide): Decide => {
    return (words, order, context) => (isClosed(words) ? context.effect.stash() : decide(words, order, context));
  };
  return notebook(
    {
      Close: (_words, _order, { effect }) => effect.persist(noted("close")),
      Open: (words, _order, { effect }) =>
        isClosed(words) ? effect.persist(noted("open")).thenUnstashAll() : effect.none(),
      Note: stashing((_words, order, { effect }) =>
        effect.persist(noted(String(order.word))).thenReply(order, (words) => count(words)),
      ),
      Count: stashing((words, order, { effect }) => effect.reply(order, count(words))),
      Force: (_words, order, { effect }) => effect.persist(noted("forced")).thenReply(order, (words) => count(words)),
      Fail: () => {
        throw new Error("ordered failure");
      },
      ...handlers,
    },
    options,
  );
}

describe("the stash", () => {
  it("36: gives back what was stashed before what came later", async () => {
    const system = await startSystem();
    const ref = system.entityRef(diary(), "1");
    const acks: string[] = [];
    const ask = (word: string): Promise<unknown> => ref.ask(note(word)).then((words) => acks.push(`${word}=${words}`));
    const asked = [ask("1"), ref.ask(close), ask("3"), ask("4"), ref.ask(open), ask("6")];
    await Promise.all(asked);
    expect(acks).to.deep.equal(["1=1", "3=2", "4=3", "6=4"]);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 1", "2 close", "3 open", "4 3", "5 4", "6 6"]);
  });

  it("37: mixes with commands that are handled meanwhile", async () => {
    const system = await startSystem();
    const ref = system.entityRef(diary(), "1");
    await ref.ask(close);
    const stashed = [ref.ask(note("a")), ref.ask(note("b"))];
    expect(await ref.ask({ type: "Force" })).to.equal(1);
    const [, counted] = await Promise.all([ref.ask(open), ref.ask({ type: "Count" })]);
    expect(counted, "the count was asked after the stashed commands").to.equal(3);
    expect(await Promise.all(stashed)).to.deep.equal([2, 3]);
  });

  it("38: keeps the order over several rounds", async () => {
    const system = await startSystem();
    const ref = system.entityRef(diary(), "1");
    const asked: Promise<unknown>[] = [];
    for (let round = 0; round < 3; round++) {
      void ref.ask(close);
      for (let n = 0; n < 50; n++) asked.push(ref.ask(note(`${round}.${n}`)));
      void ref.ask(open);
      asked.push(ref.ask({ type: "Count" }));
    }
    const answers = await Promise.all(asked);
    const expected = [...range(1, 50), 50, ...range(51, 100), 100, ...range(101, 150), 150];
    expect(answers).to.deep.equal(expected);
  });

  it("39: keeps a command that is stashed again while the others are given back", async () => {
    const system = await startSystem();
    const ref = system.entityRef(
      diary({
        NoteAndClose: (words, order, { effect }) =>
          isClosed(words)
            ? effect.stash()
            : effect.persist([noted(String(order.word)), noted("close")]).thenReply(order, (after) => count(after)),
      }),
      "1",
    );
    const orders = [close, { type: "NoteAndClose", word: "a" }, note("b"), note("c"), open, open];
    const answers = await Promise.all(orders.map((order) => ref.ask(order)));
    expect(answers).to.deep.equal([undefined, 1, 2, 3, undefined, undefined]);
    const stored = await wordsStored(system, ref);
    expect(stored.map((row) => row.split(" ")[1])).to.deep.equal(["close", "open", "a", "close", "open", "b", "c"]);
  });

  it("45, 46: refuses what is beyond its capacity, and gives back the rest in order", async () => {
    const system = await startSystem();
    const drops = new TestProbe(system);
    system.eventStream.subscribe(drops.ref, "MessageDropped");
    const ref = system.entityRef(diary({}, { stashCapacity: 100 }), "1");
    void ref.ask(close);
    const kept = range(1, 100).map((n) => ref.ask(note(String(n))));
    const error = await rejection(ref.ask(note("one too many")));
    expect(error)
      .to.be.instanceOf(MailboxOverflowError)
      .and.to.include({ path: ref.path, capacity: 100, queue: "stash" });
    const message = note("one too many");
    await drops.expectMessage({ type: "MessageDropped", path: ref.path, message, queue: "stash" });
    void ref.ask(open);
    expect(await Promise.all(kept)).to.deep.equal(range(1, 100));
    expect(await ref.ask(note("after"))).to.equal(101);
  });

  it("45: holds 10,000 commands unless told otherwise", async () => {
    const system = await startSystem();
    const ref = system.entityRef(diary(), "1");
    void ref.ask(close);
    const asked = range(1, 10_001).map(() =>
      ref.ask({ type: "Count" }).catch((error: MailboxOverflowError) => error.capacity),
    );
    await asked.at(-1);
    void ref.ask(open);
    expect((await Promise.all(asked)).slice(-2)).to.deep.equal([0, 10_000]);
  });

  it("51: gives back 40,000 commands that store nothing without exhausting the call stack", async () => {
    const system = await startSystem();
    const ref = system.entityRef(diary({}, { stashCapacity: 40_000 }), "1");
    void ref.ask(close);
    const asked = range(1, 40_000).map(() => ref.ask({ type: "Count" }));
    void ref.ask(open);
    expect(new Set(await Promise.all(asked))).to.deep.equal(new Set([0]));
  });

  it("40: is given up when the entity fails; who waits in the mailbox is served after the restart", async () => {
    const system = await startSystem();
    const letters = new TestProbe(system);
    system.eventStream.subscribe(letters.ref, "DeadLetter");
    const ref = system.entityRef(diary(), "1");
    await ref.ask(close);
    const stashed = rejection(ref.ask(note("stashed")));
    ref.tell(note("told"));
    const failed = rejection(ref.ask(fail));
    const waiting = ref.ask({ type: "Force" });
    expect(await failed).to.have.property("code", "ACTOR_FAILED");
    expect(await stashed).to.be.instanceOf(ActorStoppedError);
    expect(await waiting).to.equal(1);
    const letter = { type: "DeadLetter", path: ref.path, reason: "it was restarting while the message was stashed" };
    await letters.expectMessage({ ...letter, message: note("stashed") });
    await letters.expectMessage({ ...letter, message: note("told") });
    await ref.ask(open);
    expect(await ref.ask({ type: "Count" })).to.equal(1);
  });

  it("48, 52: is given up when the entity stops", async () => {
    const system = await startSystem();
    const ref = system.entityRef(diary(), "1");
    await ref.ask(close);
    const stashed = rejection(ref.ask(note("stashed")));
    await system.stop(ref);
    expect(await stashed).to.be.instanceOf(ActorStoppedError);
    await ref.ask(open);
    expect(await ref.ask(note("after"))).to.equal(1);
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
