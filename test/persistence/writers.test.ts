/** One live writer for each persistence id, and one definition for each entity type. */
import { expect } from "chai";
import { NameTakenError } from "rekindle";
import { TestProbe } from "rekindle/testkit";
import { note, notebook, read } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";

const shared = { persistenceId: (): string => "shared" };

describe("a persistence id", () => {
  it("229: of two entity types has one live writer: the second is refused until the first has ended", async () => {
    const system = await startSystem();
    const letters = new TestProbe(system);
    system.eventStream.subscribe(letters.ref, "DeadLetter");
    const first = system.entityRef(notebook({}, { entityType: "first", ...shared }), "1");
    const second = system.entityRef(notebook({}, { entityType: "second", ...shared }), "1");
    await first.ask(note("a"));
    const error = await rejection(second.ask(note("b")));
    expect(error).to.be.instanceOf(NameTakenError).and.to.have.property("taken", "shared");
    second.tell(note("c"));
    for (const word of ["b", "c"]) {
      await letters.expectMessage<{ message: unknown }>(({ message }) => (message as { word: string }).word === word);
    }
    await system.stop(first);
    expect(await second.ask(note("d"))).to.equal(2);
    expect(await rejection(first.ask(read))).to.be.instanceOf(NameTakenError);
    await system.kill(second);
    expect(await first.ask(read)).to.deep.equal(["a", "d"]);
  });

  it("has one live writer, whether by spawn or by entityRef", async () => {
    const system = await startSystem();
    const definition = notebook();
    const spawned = system.spawn(definition, "1");
    const ref = system.entityRef(definition, "1");
    await spawned.ask(note("a"));
    expect(await rejection(ref.ask(read))).to.be.instanceOf(NameTakenError);
    expect(() => system.spawn(notebook({}, { entityType: "other", persistenceId: () => "notebook|1" }), "2"))
      .to.throw(NameTakenError)
      .with.property("taken", "notebook|1");
    await system.kill(spawned);
    expect(await ref.ask(read)).to.deep.equal(["a"]);
    expect(() => system.spawn(definition, "1")).to.throw(NameTakenError);
    await system.stop(ref);
    expect(await system.spawn(definition, "1").ask(read)).to.deep.equal(["a"]);
  });

  it("is taken before anybody hears that its writer has started", async () => {
    const system = await startSystem();
    const definition = notebook();
    const ref = system.entityRef(definition, "1");
    const answers: Promise<unknown>[] = [];
    system.eventStream.asObservable().subscribe(({ type }) => {
      if (type === "ActorStarted") answers.push(ref.ask(note("at the start")).catch((error: Error) => error.name));
    });
    expect(await ref.ask(note("a"))).to.equal(2);
    expect(await Promise.all(answers)).to.deep.equal([1]);
    await system.kill(ref);
    answers.length = 0;
    await system.spawn(definition, "1").ask(read);
    expect(await Promise.all(answers)).to.deep.equal(["NameTakenError"]);
  });

  it("is free again when a spawn with a name in use was refused", async () => {
    const system = await startSystem();
    system.spawn(notebook({}, { entityType: "one" }), "taken");
    expect(() => system.spawn(notebook({}, { entityType: "two" }), "taken")).to.throw(NameTakenError);
    const ref = system.entityRef(notebook({}, { entityType: "three", persistenceId: () => "two|taken" }), "1");
    expect(await ref.ask(note("a"))).to.equal(1);
  });

  it("is given back by a restart only to the same entity", async () => {
    const system = await startSystem();
    const failing = notebook(
      {
        Fail: () => {
          throw new Error("ordered");
        },
      },
      { entityType: "first", ...shared, supervision: { minBackoffMs: 20, jitter: 0 } },
    );
    const first = system.entityRef(failing, "1");
    const second = system.entityRef(notebook({}, { entityType: "second", ...shared }), "1");
    await rejection(first.ask({ type: "Fail" }));
    expect(await rejection(second.ask(read)), "while the first restarts").to.be.instanceOf(NameTakenError);
    expect(await first.ask(note("a"))).to.equal(1);
  });
});

describe("an entity type", () => {
  it("has one definition: a second one is a mistake that is named", async () => {
    const system = await startSystem();
    const definition = notebook();
    system.entityRef(definition, "1");
    const message = 'entity type "notebook" is in use by another definition; use that one, or another name';
    expect(() => system.entityRef(notebook(), "1")).to.throw(TypeError, message);
    expect(() => system.spawn(notebook(), "1")).to.throw(TypeError, message);
    expect(await system.entityRef(definition, "1").ask(note("a"))).to.equal(1);
  });

  it("may have another definition in another system", async () => {
    const [one, other] = [await startSystem(), await startSystem()];
    expect(await one.entityRef(notebook(), "1").ask(note("a"))).to.equal(1);
    expect(await other.entityRef(notebook(), "1").ask(note("b"))).to.equal(1);
  });
});

describe("a system", () => {
  it("takes nothing but definitions", async () => {
    const system = await startSystem();
    for (const wrong of [undefined, null, {}, { kind: "actor" }, notebook]) {
      expect(() => system.entityRef(wrong as never, "1")).to.throw(TypeError, "made by eventSourced()");
      expect(() => system.spawn(wrong as never, "1")).to.throw(TypeError);
    }
  });

  it("25: without a storage says so when an entity is wanted", async () => {
    const system = await startSystem({ storage: undefined as never });
    expect(() => system.entityRef(notebook(), "1")).to.throw(TypeError, "has no storage");
    expect(() => system.spawn(notebook(), "1")).to.throw(TypeError, "has no storage");
  });
});
