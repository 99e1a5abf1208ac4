/** What each effect does: what is stored, what is answered, and whether the entity goes on. */
import { expect } from "chai";
import { ActorFailedError, UnhandledCommandError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { TestProbe } from "rekindle/testkit";
import { note, notebook, noted, read, type Words } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";
import { watchedStorage } from "../support/watched-storage.ts";

describe("persist", () => {
  it("1: stores the event and changes the state by it", async () => {
    const system = await startSystem();
    const ref = system.entityRef(notebook(), "1");
    expect(await ref.ask(note("a"))).to.equal(1);
    expect(await ref.ask(read)).to.deep.equal(["a"]);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a"]);
  });

  it("11: answers each of many commands with the state right after its own events", async () => {
    const system = await startSystem();
    const ref = system.entityRef(notebook(), "1");
    const answers = await Promise.all(["a", "b", "c"].map((word) => ref.ask(note(word))));
    expect(answers).to.deep.equal([1, 2, 3]);
  });

  it("makes one write of several events", async () => {
    const storage = watchedStorage(memoryStorage());
    const system = await startSystem({ storage });
    const definition = notebook({ NoteAll: (_words, _order, { effect }) => effect.persist([noted("a"), noted("b")]) });
    await system.entityRef(definition, "1").ask({ type: "NoteAll" });
    expect(storage.appends.map(({ sequenceNr, events }) => [sequenceNr, events.length])).to.deep.equal([[1, 2]]);
  });

  it("12, 177: stores nothing for an empty list, and does what follows", async () => {
    const storage = watchedStorage(memoryStorage());
    const system = await startSystem({ storage });
    const seen: Words[] = [];
    const definition = notebook({
      NoteNothing: (_words, order, { effect }) =>
        effect
          .persist([])
          .thenRun((words) => seen.push(words))
          .thenReply(order, () => "done"),
    });
    expect(await system.entityRef(definition, "1").ask({ type: "NoteNothing" })).to.equal("done");
    expect(seen).to.deep.equal([[]]);
    expect(storage.appends).to.deep.equal([]);
  });

  it("takes the events as they are when it is called", async () => {
    const system = await startSystem();
    const definition = notebook({
      NoteList: (_words, _order, { effect }) => {
        const events = [noted("a")];
        const persist = effect.persist(events);
        events.push(noted("b"));
        return persist;
      },
    });
    const ref = system.entityRef(definition, "1");
    await ref.ask({ type: "NoteList" });
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a"]);
  });

  it("answers with undefined without a reply step", async () => {
    const system = await startSystem();
    const definition = notebook({ Mark: (_words, _order, { effect }) => effect.persist(noted("x")) });
    expect(await system.entityRef(definition, "1").ask({ type: "Mark" })).to.equal(undefined);
  });
});

describe("effects that store nothing", () => {
  it("13: none runs its side effects and answers with undefined", async () => {
    const storage = watchedStorage(memoryStorage());
    const system = await startSystem({ storage });
    let runs = 0;
    const definition = notebook({ Look: (_words, _order, { effect }) => effect.none().thenRun(() => runs++) });
    expect(await system.entityRef(definition, "1").ask({ type: "Look" })).to.equal(undefined);
    expect(runs).to.equal(1);
    expect(storage.appends).to.deep.equal([]);
  });

  it("reply answers with its value", async () => {
    const storage = watchedStorage(memoryStorage());
    const system = await startSystem({ storage });
    const definition = notebook({ Echo: (_words, order, { effect }) => effect.reply(order, { said: order.word }) });
    const ref = system.entityRef(definition, "1");
    expect(await ref.ask({ type: "Echo", word: "hello" })).to.deep.equal({ said: "hello" });
    expect(storage.appends).to.deep.equal([]);
  });

  it("reject gives the asker the very same error, and the entity goes on", async () => {
    const storage = watchedStorage(memoryStorage());
    const system = await startSystem({ storage });
    const failures = new TestProbe(system);
    system.eventStream.subscribe(failures.ref, "ActorFailed");
    const closed = new Error("the notebook is closed");
    const definition = notebook({ Close: (_words, order, { effect }) => effect.reject(order, closed) });
    const ref = system.entityRef(definition, "1");
    expect(await rejection(ref.ask({ type: "Close" }))).to.equal(closed);
    expect(await ref.ask(note("a"))).to.equal(1);
    expect(storage.appends.length).to.equal(1);
    await failures.expectNoMessage(0);
  });

  it("unhandled rejects, is published, and the entity goes on", async () => {
    const system = await startSystem();
    const strays = new TestProbe(system);
    system.eventStream.subscribe(strays.ref, "UnhandledMessage");
    const definition = notebook({ Fly: (_words, _order, { effect }) => effect.unhandled() });
    const ref = system.entityRef(definition, "1");
    const error = await rejection(ref.ask({ type: "Fly" }));
    expect(error).to.be.instanceOf(UnhandledCommandError).and.to.include({ path: ref.path, commandType: "Fly" });
    await strays.expectMessage({ type: "UnhandledMessage", path: ref.path, message: { type: "Fly" } });
    expect(await ref.ask(note("a"))).to.equal(1);
  });

  it("a command that the handler has no case for is unhandled", async () => {
    const system = await startSystem();
    const strays = new TestProbe(system);
    system.eventStream.subscribe(strays.ref, "UnhandledMessage");
    const ref = system.entityRef(notebook(), "1");
    expect(await rejection(ref.ask({ type: "Unheard" }))).to.be.instanceOf(UnhandledCommandError);
    await strays.expectMessage({ type: "UnhandledMessage", path: ref.path, message: { type: "Unheard" } });
  });
});

describe("a command handler that returns no effect", () => {
  const garbage: readonly (readonly [string, unknown, string])[] = [
    ["null", null, "object"],
    ["a number", 42, "number"],
    ["an event", noted("a"), "Noted"],
    ["a promise of an event", Promise.resolve(noted("a")), "Noted"],
  ];
  for (const [what, decision, name] of garbage) {
    it(`but ${what} has failed; the asker is told, and the entity restarts`, async () => {
      const system = await startSystem();
      const ref = system.entityRef(notebook({ Err: () => decision }), "1");
      await ref.ask(note("a"));
      const error = await rejection(ref.ask({ type: "Err" }));
      expect(error).to.be.instanceOf(ActorFailedError);
      expect((error as ActorFailedError).cause)
        .to.be.instanceOf(TypeError)
        .and.to.have.property("message", `it returned ${name} for Err, not an effect`);
      expect(await ref.ask(note("b"))).to.equal(2);
    });
  }
});
