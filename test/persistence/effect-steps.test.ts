/** What follows an effect: side effects, the reply, the stop, and in which order. */
import { expect } from "chai";
import { ActorFailedError, type Effect } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { TestProbe } from "rekindle/testkit";
import { type Noted, note, notebook, noted, type Order, read, type Words } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";
import { watchedStorage } from "../support/watched-storage.ts";

describe("the steps of an effect", () => {
  it("8: run once each, in the order of the calls, and before the reply", async () => {
    const system = await startSystem();
    const log: string[] = [];
    const definition = notebook({
      Chain: (_words, order, { effect }) =>
        effect
          .persist([noted("a"), noted("b")])
          .thenRun((words) => log.push(`first ${words}`))
          .thenReply(order, (words) => words.length)
          .thenRun((words) => log.push(`second ${words}`)),
    });
    const asked = system.entityRef(definition, "1").ask({ type: "Chain" });
    const answer = await asked.then((value) => log.push(`answer ${value}`));
    expect(answer).to.equal(3);
    expect(log).to.deep.equal(["first a,b", "second a,b", "answer 2"]);
  });

  it("count once: the first answer stands", async () => {
    const system = await startSystem();
    const definition = notebook({
      Twice: (_words, order, { effect }) => effect.reply(order, "first").thenReply(order, () => "second"),
    });
    expect(await system.entityRef(definition, "1").ask({ type: "Twice" })).to.equal("first");
  });

  it("never run on replay", async () => {
    const system = await startSystem();
    let runs = 0;
    const definition = notebook({
      Run: (_words, _order, { effect }) => effect.persist(noted("a")).thenRun(() => runs++),
    });
    const ref = system.entityRef(definition, "1");
    await ref.ask({ type: "Run" });
    await system.kill(ref);
    expect(await ref.ask(read)).to.deep.equal(["a"]);
    expect(runs).to.equal(1);
  });

  it("do not change the effect that they are added to", async () => {
    const system = await startSystem();
    const log: string[] = [];
    const definition = notebook({
      Branch: (_words, _order, { effect }) => {
        const base = effect.persist(noted("a"));
        base.thenRun(() => log.push("not returned"));
        return base.thenRun(() => log.push("returned"));
      },
    });
    await system.entityRef(definition, "1").ask({ type: "Branch" });
    expect(log).to.deep.equal(["returned"]);
  });

  it("can be returned again and again as one and the same effect", async () => {
    const system = await startSystem();
    const log: string[] = [];
    let once: Effect<Order, Noted, Words> | undefined;
    const definition = notebook({
      Again: (_words, order, { effect }) => {
        once ??= effect
          .persist(noted("again"))
          .thenRun((words) => log.push(String(words.length)))
          .thenReply(order, (words) => words.length);
        return once;
      },
    });
    const [one, other] = [system.entityRef(definition, "1"), system.entityRef(definition, "2")];
    expect(await Promise.all([one, one, other].map((ref) => ref.ask({ type: "Again" })))).to.deep.equal([1, 2, 1]);
    expect(log.sort()).to.deep.equal(["1", "1", "2"]);
    expect(await wordsStored(system, one)).to.deep.equal(["1 again", "2 again"]);
  });

  for (const step of ["thenRun", "thenReply"] as const) {
    it(`${step} refuses what is no function`, async () => {
      const system = await startSystem();
      const definition = notebook({
        Wrong: (_words, order, { effect }) => {
          const nothing = undefined as never;
          return step === "thenRun" ? effect.none().thenRun(nothing) : effect.none().thenReply(order, nothing);
        },
      });
      const error = await rejection(system.entityRef(definition, "1").ask({ type: "Wrong" }));
      expect(error).to.be.instanceOf(ActorFailedError);
      expect((error as ActorFailedError).cause)
        .to.be.instanceOf(TypeError)
        .and.to.have.property("message", `${step} takes a function, not undefined`);
    });
  }
});

describe("stopping by an effect", () => {
  it("9, 10: thenStop stops after the events are stored, the side effects have run and the reply has left", async () => {
    const system = await startSystem();
    const log: string[] = [];
    const definition = notebook({
      Finish: (_words, order, { effect }) =>
        effect
          .persist([noted("a"), noted("b")])
          .thenRun((words) => log.push(`ran ${words}`))
          .thenReply(order, (words) => words.length)
          .thenStop(),
    });
    const ref = system.entityRef(definition, "1");
    const asked = ref.ask({ type: "Finish" });
    const ended = system.watch(ref);
    expect(await asked).to.equal(2);
    await ended;
    expect(log).to.deep.equal(["ran a,b"]);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a", "2 b"]);
  });

  it("15: none with a side effect and thenStop stops after the side effect", async () => {
    const system = await startSystem();
    const log: string[] = [];
    const definition = notebook({
      Leave: (_words, _order, { effect }) =>
        effect
          .none()
          .thenRun(() => log.push("ran"))
          .thenStop(),
    });
    const ref = system.entityRef(definition, "1");
    await ref.ask({ type: "Leave" });
    await system.watch(ref);
    expect(log).to.deep.equal(["ran"]);
  });

  it("lets the commands that wait reach the entity, which is activated again", async () => {
    const storage = watchedStorage(memoryStorage());
    const system = await startSystem({ storage });
    const stops = new TestProbe(system);
    system.eventStream.subscribe(stops.ref, "ActorStopped");
    const definition = notebook({ Stop: (_words, _order, { effect }) => effect.stop() });
    const ref = system.entityRef(definition, "1");
    const answers = await Promise.all([ref.ask(note("a")), ref.ask({ type: "Stop" }), ref.ask(note("b"))]);
    expect(answers).to.deep.equal([1, undefined, 2]);
    await stops.expectMessage({ type: "ActorStopped", path: ref.path });
    expect(storage.calls.filter((call) => call === "load notebook|1").length).to.equal(2);
  });
});
