/** Command handlers that return a promise: nothing else is decided meanwhile. */
import { expect } from "chai";
import { ActorFailedError, ActorStoppedError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage } from "rekindle/testkit";
import { type Decide, note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { deferred, eventually, quiet, rejection } from "../support/waiting.ts";

/** A command that is decided when the test says so. */
function waitsFor(decision: Promise<void>): Decide {
  return async (_words, order, { effect }) => {
    await decision;
    return effect.persist(noted("later")).thenReply(order, (words) => words.length);
  };
}

describe("an asynchronous command handler", () => {
  it("30: answers from a promise of an effect", async () => {
    const system = await startSystem();
    const ref = system.entityRef(notebook({ Later: waitsFor(Promise.resolve()) }), "1");
    expect(await ref.ask({ type: "Later" })).to.equal(1);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 later"]);
  });

  it("31: lets no other command be decided meanwhile, and those that wait keep their order", async () => {
    const system = await startSystem();
    const decision = deferred();
    const decided: unknown[] = [];
    const definition = notebook({
      Later: waitsFor(decision.promise),
      Mark: (words, order, { effect }) => {
        decided.push(order.word);
        return effect.reply(order, words);
      },
    });
    const ref = system.entityRef(definition, "1");
    const asked = [
      ref.ask({ type: "Later" }),
      ref.ask({ type: "Mark", word: "a" }),
      ref.ask({ type: "Mark", word: "b" }),
    ];
    await quiet();
    expect(decided).to.deep.equal([]);
    decision.resolve();
    expect(await Promise.all(asked)).to.deep.equal([1, ["later"], ["later"]]);
    expect(decided).to.deep.equal(["a", "b"]);
  });

  it("does not keep the answers of earlier commands", async () => {
    const system = await startSystem();
    const decision = deferred();
    const ref = system.entityRef(notebook({ Later: waitsFor(decision.promise) }), "1");
    const earlier = ref.ask(note("a"));
    const later = ref.ask({ type: "Later" });
    expect(await earlier).to.equal(1);
    decision.resolve();
    expect(await later).to.equal(2);
  });

  it("32: works for a command that was stashed", async () => {
    const system = await startSystem();
    let open = false;
    const definition = notebook({
      Later: (words, order, context) =>
        open ? waitsFor(Promise.resolve())(words, order, context) : context.effect.stash(),
      Open: (_words, _order, { effect }) => {
        open = true;
        return effect.none().thenUnstashAll();
      },
    });
    const ref = system.entityRef(definition, "1");
    const stashed = ref.ask({ type: "Later" });
    const opened = ref.ask({ type: "Open" });
    expect(await Promise.all([stashed, opened, ref.ask(note("after"))])).to.deep.equal([1, undefined, 2]);
  });

  it("33: that rejects has failed: the asker gets the cause, and those that wait are handled after the restart", async () => {
    const system = await startSystem();
    const refused = new Error("the service is down");
    const definition = notebook({ Later: () => Promise.reject(refused) });
    const ref = system.entityRef(definition, "1");
    const [first, later, next] = [ref.ask(note("a")), rejection(ref.ask({ type: "Later" })), ref.ask(note("b"))];
    expect(await first).to.equal(1);
    const error = await later;
    expect(error).to.be.instanceOf(ActorFailedError).and.to.have.property("cause", refused);
    expect(await next).to.equal(2);
  });

  it("finds its context as it was when it goes on", async () => {
    const system = await startSystem();
    const decision = deferred();
    const definition = notebook({
      Later: async (_words, order, context) => {
        await decision.promise;
        return context.effect.reply(order, { sequenceNr: context.sequenceNr, metadata: context.metadata });
      },
    });
    const ref = system.entityRef(definition, "1");
    await ref.ask(note("a"));
    const later = ref.ask({ type: "Later" }, { metadata: { by: "me" } });
    const other = ref.ask(note("b"), { metadata: { by: "somebody else" } });
    await quiet();
    decision.resolve();
    expect(await later).to.deep.equal({ sequenceNr: 1, metadata: { by: "me" } });
    expect(await other).to.equal(2);
  });

  it("may return any thenable", async () => {
    const system = await startSystem();
    const definition = notebook({
      Later: (_words, order, { effect }) => ({
        // biome-ignore lint/suspicious/noThenProperty: a promise of another library is such an object.
        then: (resolve: (decision: unknown) => void) => resolve(effect.reply(order, "from afar")),
      }),
    });
    expect(await system.entityRef(definition, "1").ask({ type: "Later" })).to.equal("from afar");
  });

  it("stores nothing when its entity is killed before it has decided", async () => {
    const system = await startSystem();
    const decision = deferred();
    const ref = system.entityRef(notebook({ Later: waitsFor(decision.promise) }), "1");
    const later = rejection(ref.ask({ type: "Later" }));
    await quiet();
    await system.kill(ref);
    decision.resolve();
    expect(await later).to.be.instanceOf(ActorStoppedError);
    expect(await ref.ask(read)).to.deep.equal([]);
    expect(await wordsStored(system, ref)).to.deep.equal([]);
  });
});

describe("an asynchronous command handler that a failed write overtakes", () => {
  for (const decide of ["Note", "Read"] as const) {
    it(`leaves nothing of its decision to ${decide.toLowerCase()}`, async () => {
      const storage = faultyStorage(memoryStorage());
      const system = await startSystem({ storage });
      const decision = deferred();
      let deciding = false;
      const definition = notebook({
        Later: async (words, order, { effect }) => {
          deciding = true;
          await decision.promise;
          return decide === "Read" ? effect.reply(order, words) : effect.persist(noted("later"));
        },
      });
      const ref = system.entityRef(definition, "1");
      await ref.ask(read);
      storage.hold("append");
      storage.failNext("append");
      const lost = rejection(ref.ask(note("lost")));
      const later = rejection(ref.ask({ type: "Later" }));
      await eventually("the later command is being decided", () => deciding);
      storage.release("append");
      await lost;
      decision.resolve();
      expect(await later).to.have.property("code", "PERSIST_FAILED");
      expect(await ref.ask(note("next"))).to.equal(1);
      expect(await wordsStored(system, ref)).to.deep.equal(["1 next"]);
    });
  }
});
