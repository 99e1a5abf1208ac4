/** Handlers that throw: nothing half-done is stored, the asker is told why, and the entity comes back. */
import { expect } from "chai";
import { ActorFailedError } from "rekindle";
import { TestProbe } from "rekindle/testkit";
import { type Notebook, type NotebookOptions, note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { deferred, quiet, rejection } from "../support/waiting.ts";

const mistake = new Error("a mistake of the user");

function fail(): never {
  throw mistake;
}

/** A notebook on which `Fail` throws, and one of whose options throws at the word "bad". */
function failing(option: keyof NotebookOptions | "when" | "thenReply" | "thenRun" | "none" = "none"): Notebook {
  const at = (word: unknown): void => {
    if (word === "bad") fail();
  };
  const options: NotebookOptions = {
    ...(option === "eventHandler" && {
      eventHandler: (words, { word }) => {
        at(word);
        return [...words, word];
      },
    }),
    ...(option === "tagger" && {
      tagger: ({ word }) => {
        at(word);
        return [];
      },
    }),
    ...(option === "when" && {
      snapshots: {
        when: (_words, { word }) => {
          at(word);
          return false;
        },
      },
    }),
  };
  return notebook(
    {
      Fail: fail,
      Note: (_words, order, { effect }) =>
        effect
          .persist(noted(String(order.word)))
          .thenRun(() => option === "thenRun" && at(order.word))
          .thenReply(order, (words) => {
            if (option === "thenReply") at(order.word);
            return words.length;
          }),
    },
    options,
  );
}

describe("a command handler that throws", () => {
  it("81, 82: fails its asker with the cause, and the entity restarts", async () => {
    const system = await startSystem();
    const failures = new TestProbe(system);
    system.eventStream.subscribe(failures.ref, "ActorFailed");
    const ref = system.entityRef(failing(), "1");
    await ref.ask(note("a"));
    const error = await rejection(ref.ask({ type: "Fail" }));
    expect(error).to.be.instanceOf(ActorFailedError);
    expect(error).to.include({ cause: mistake, phase: "commandHandler", path: ref.path });
    await failures.expectMessage<{ error: unknown }>((event) => event.error === error);
    expect(await ref.ask(read)).to.deep.equal(["a"]);
  });

  it("takes no answer away from the commands before it, nor the chance from those after it", async () => {
    const system = await startSystem();
    const ref = system.entityRef(failing(), "1");
    const before = ["a", "b"].map((word) => ref.ask(note(word)));
    const failed = rejection(ref.ask({ type: "Fail" }));
    const after = ref.ask(note("c"));
    expect(await Promise.all(before)).to.deep.equal([1, 2]);
    expect(await failed).to.be.instanceOf(ActorFailedError);
    expect(await after).to.equal(3);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a", "2 b", "3 c"]);
  });

  for (const [what, thrown] of [
    ["a string", "no"],
    ["undefined", undefined],
    ["null", null],
  ] as const) {
    it(`even with ${what}, settles the question and restarts`, async () => {
      const system = await startSystem();
      const definition = notebook({
        Fail: () => {
          throw thrown;
        },
      });
      const ref = system.entityRef(definition, "1");
      expect(await rejection(ref.ask({ type: "Fail" })))
        .to.be.instanceOf(ActorFailedError)
        .and.to.have.property("cause", thrown);
      expect(await ref.ask(note("a"))).to.equal(1);
    });
  }
});

for (const option of ["eventHandler", "tagger", "when", "thenReply"] as const) {
  describe(`${option} that throws at a new event`, () => {
    it("85, 106: stores nothing of the command, and the entity goes on from its journal", async () => {
      const system = await startSystem();
      const ref = system.entityRef(failing(option), "1");
      await ref.ask(note("good"));
      const error = await rejection(ref.ask(note("bad")));
      expect(error).to.be.instanceOf(ActorFailedError).and.to.have.property("cause", mistake);
      expect(await ref.ask(note("next"))).to.equal(2);
      expect(await wordsStored(system, ref)).to.deep.equal(["1 good", "2 next"]);
    });
  });
}

describe("thenRun that throws", () => {
  it("83, 105, 106: leaves its events stored, fails its asker, and the entity restarts", async () => {
    const system = await startSystem();
    const ref = system.entityRef(failing("thenRun"), "1");
    const error = await rejection(ref.ask(note("bad")));
    expect(error).to.be.instanceOf(ActorFailedError).and.to.include({ cause: mistake, phase: "thenRun" });
    expect(await ref.ask(note("next"))).to.equal(2);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 bad", "2 next"]);
  });

  it("takes no answer away from other commands of the same write", async () => {
    const system = await startSystem();
    const ref = system.entityRef(failing("thenRun"), "1");
    const [before, failed, after] = [ref.ask(note("a")), rejection(ref.ask(note("bad"))), ref.ask(note("b"))];
    expect(await before).to.equal(1);
    expect(await failed).to.be.instanceOf(ActorFailedError);
    expect(await after).to.equal(3);
  });

  it("later, in a promise that it returned, is a failure of the entity and not the end of the process", async () => {
    const system = await startSystem();
    const failures = new TestProbe(system);
    system.eventStream.subscribe(failures.ref, "ActorFailed");
    const later = deferred();
    const definition = notebook({ Run: (_words, _order, { effect }) => effect.none().thenRun(() => later.promise) });
    const ref = system.entityRef(definition, "1");
    await ref.ask({ type: "Run" });
    later.reject(mistake);
    await failures.expectMessage<{ error: ActorFailedError }>(({ error }) => error.cause === mistake);
    expect(await ref.ask(note("a"))).to.equal(1);
  });
});

describe("an event handler that gives no state", () => {
  for (const [what, result] of [
    ["undefined", undefined],
    ["a promise", Promise.resolve([])],
  ] as const) {
    it(`but ${what} is refused before anything is stored`, async () => {
      const system = await startSystem();
      const definition = notebook({}, { eventHandler: () => result as never });
      const ref = system.entityRef(definition, "1");
      const error = await rejection(ref.ask(note("a")));
      expect((error as ActorFailedError).cause)
        .to.be.instanceOf(TypeError)
        .and.to.have.property("message", `it returned ${what} for Noted, not a state`);
      expect(await ref.ask(read)).to.deep.equal([]);
      expect(await wordsStored(system, ref)).to.deep.equal([]);
    });
  }
});

describe("an entity that fails again and again", () => {
  it("81: is stopped after maxRestarts; its waiting asks are settled, and the next message activates it anew", async () => {
    const system = await startSystem();
    const events = new TestProbe(system);
    system.eventStream.subscribe(events.ref, ["ActorFailed", "ActorStopped"]);
    const supervision = { minBackoffMs: 1, maxBackoffMs: 1, maxRestarts: 2, resetAfterMs: 60_000 };
    const ref = system.entityRef(notebook({ Fail: fail }, { supervision }), "1");
    await ref.ask(note("a"));
    const failed = [1, 2, 3].map(() => rejection(ref.ask({ type: "Fail" })));
    const waiting = rejection(ref.ask(read));
    for (const error of await Promise.all(failed)) expect(error).to.be.instanceOf(ActorFailedError);
    expect(await waiting).to.have.property("code", "ACTOR_STOPPED");
    const told = (await events.receiveN(4)) as { type: string; willRestart?: boolean }[];
    expect(told.map(({ type, willRestart }) => [type, willRestart])).to.deep.equal([
      ["ActorFailed", true],
      ["ActorFailed", true],
      ["ActorFailed", false],
      ["ActorStopped", undefined],
    ]);
    expect(await ref.ask(read)).to.deep.equal(["a"]);
  });

  it("keeps the messages that come during its pause", async () => {
    const system = await startSystem();
    const supervision = { minBackoffMs: 50, maxBackoffMs: 50, jitter: 0 };
    const ref = system.entityRef(notebook({ Fail: fail }, { supervision }), "1");
    await rejection(ref.ask({ type: "Fail" }));
    await quiet();
    expect(await Promise.all(["a", "b"].map((word) => ref.ask(note(word))))).to.deep.equal([1, 2]);
  });
});
