/** Commands of any kind: every question is settled, and the entity answers the next one. */
import { expect } from "chai";
import { ActorFailedError, ActorStoppedError, MailboxOverflowError, UnhandledCommandError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage } from "rekindle/testkit";
import { onEveryStorage } from "../support/every-storage.ts";
import { note, notebook, type Order, read } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { deferred, quiet, rejection } from "../support/waiting.ts";

describe("a command", () => {
  const failing: readonly (readonly [string, unknown])[] = [
    ["null", null],
    ["undefined", undefined],
  ];
  for (const [what, command] of failing) {
    it(`that is ${what} fails in a handler that looks into it, and the entity restarts`, async () => {
      const system = await startSystem();
      const ref = system.entityRef(notebook(), "1");
      expect(await rejection(ref.ask(command as Order))).to.be.instanceOf(ActorFailedError);
      ref.tell(command as Order);
      expect(await ref.ask(note("a"))).to.equal(1);
    });
  }

  const unknown: readonly (readonly [string, unknown, string])[] = [
    ["a number", 42, "number"],
    ["a string", "Note", '"Note"'],
    ["a long string", "x".repeat(100_000), `"${"x".repeat(40)}"`],
    ["a boolean", true, "boolean"],
    ["a bigint", 1n, "bigint"],
    ["a symbol", Symbol("s"), "symbol"],
    ["a list", [], "object"],
    ["an object without a type", { word: "a" }, "object"],
    ["an object with a type that is no text", { type: 7 }, "object"],
    ["an unknown command", { type: "Dance" }, "Dance"],
    ["a command named __proto__", { type: "__proto__" }, "__proto__"],
    ["a command named toString", { type: "toString" }, "toString"],
    ["a huge command", { type: "Huge", data: "x".repeat(50_000_000) }, "Huge"],
  ];
  for (const [what, command, name] of unknown) {
    it(`that is ${what} is unhandled`, async () => {
      const system = await startSystem();
      const ref = system.entityRef(notebook(), "1");
      const error = await rejection(ref.ask(command as Order));
      expect(error).to.be.instanceOf(UnhandledCommandError).and.to.have.property("commandType", name);
      expect(await ref.ask(note("a"))).to.equal(1);
    });
  }
});

describe("a question", () => {
  it("to an entity whose mailbox is full is refused at once, and the others are answered", async () => {
    const system = await startSystem();
    const gate = deferred();
    const definition = notebook(
      {
        Wait: async (_words, _order, { effect }) => {
          await gate.promise;
          return effect.none();
        },
      },
      { mailboxCapacity: 3 },
    );
    const ref = system.entityRef(definition, "1");
    const waiting = ref.ask({ type: "Wait" });
    await quiet();
    const kept = ["a", "b", "c"].map((word) => ref.ask(note(word)));
    const error = await rejection(ref.ask(note("one too many")));
    expect(error).to.be.instanceOf(MailboxOverflowError).and.to.include({ capacity: 3, queue: "mailbox" });
    gate.resolve();
    await waiting;
    expect(await Promise.all(kept)).to.deep.equal([1, 2, 3]);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a", "2 b", "3 c"]);
  });

  it("to a spawned entity that has stopped is refused", async () => {
    const system = await startSystem();
    const ref = system.spawn(notebook(), "1");
    await ref.ask(note("a"));
    await system.stop(ref);
    expect(await rejection(ref.ask(read))).to.be.instanceOf(ActorStoppedError);
  });

  it("to an entity of a system that has terminated is refused", async () => {
    const system = await startSystem();
    const ref = system.entityRef(notebook(), "1");
    await ref.ask(note("a"));
    await system.terminate();
    expect(await rejection(ref.ask(read))).to.be.instanceOf(ActorStoppedError);
    expect(() => system.entityRef(notebook({}, { entityType: "other" }), "1")).to.throw(ActorStoppedError);
    expect(() => system.spawn(notebook({}, { entityType: "another" }), "1")).to.throw(ActorStoppedError);
  });
});

onEveryStorage((newStorage) => {
  describe("a kill while a write is under way", () => {
    it("settles the question as unknown, and the next life finds the event if it was stored", async () => {
      const system = await startSystem({ storage: newStorage() });
      const definition = notebook();
      for (let turns = 0; turns < 10; turns++) {
        const ref = system.entityRef(definition, String(turns));
        await ref.ask(read);
        const asked = ref.ask(note("a")).catch((error: Error) => error.name);
        for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
        await system.kill(ref);
        const answer = await asked;
        const words = await ref.ask<string[]>(read);
        expect(answer).to.be.oneOf([1, "ActorStoppedError"]);
        expect(words).to.be.deep.oneOf(answer === 1 ? [["a"]] : [[], ["a"]]);
        expect(await ref.ask(note("b"))).to.equal(words.length + 1);
      }
    });
  });
});

describe("an end while a write is under way", () => {
  it("121: by kill rejects what waits behind the gate, and a write that arrives late is seen as a foreign one", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const ref = system.entityRef(notebook(), "1");
    await ref.ask(read);
    storage.hold("append");
    const asked = [note("late"), read].map((order) => rejection(ref.ask(order)));
    await quiet();
    await system.kill(ref);
    for (const error of await Promise.all(asked)) {
      expect(error).to.be.instanceOf(ActorStoppedError);
      expect((error as Error).message).to.include("it was killed before its answer was durable");
    }
    expect(await ref.ask(read)).to.deep.equal([]);
    storage.release("append");
    await quiet();
    expect(await rejection(ref.ask(note("refused")))).to.have.property("code", "PERSIST_REJECTED");
    expect(await ref.ask(note("b"))).to.equal(2);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 late", "2 b"]);
  });

  it("by stop and by terminate waits for it, and answers", async () => {
    for (const how of ["stop", "terminate"] as const) {
      const storage = faultyStorage(memoryStorage());
      const system = await startSystem({ storage });
      const ref = system.entityRef(notebook(), "1");
      await ref.ask(read);
      storage.hold("append");
      const asked = ref.ask(note("a"));
      await quiet();
      const ended = how === "stop" ? system.stop(ref) : system.terminate();
      storage.release("append");
      expect(await asked).to.equal(1);
      await ended;
    }
  });

  it("by terminate does not wait for ever: after the grace the question is settled as unknown", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage, terminateGraceMs: 20 });
    const ref = system.entityRef(notebook(), "1");
    await ref.ask(read);
    storage.hold("append");
    const asked = rejection(ref.ask(note("a")));
    await quiet();
    await system.terminate();
    expect(await asked).to.be.instanceOf(ActorStoppedError);
    storage.release("append");
  });
});
