/** A storage that does one thing at a time, when it is told. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { memoryStorage } from "rekindle/memory";
import { type SteppingStorage, steppingStorage } from "rekindle/testkit";
import { systemClock } from "#src/clock.js";
import type { OpenStorage } from "#src/storage/storage.js";
import { note, notebook } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";

describe("steppingStorage", () => {
  let storage: SteppingStorage;
  let open: OpenStorage;
  let done: string[];

  beforeEach(async () => {
    storage = steppingStorage(memoryStorage());
    open = await storage.open({ clock: systemClock, onFailure: () => {} });
    done = [];
  });

  afterEach(() => open.close());

  function load(id: string): Promise<unknown> {
    return open.snapshots.load(id).then(() => done.push(`load ${id}`));
  }

  function highest(id: string): Promise<unknown> {
    return open.journal.highestSequenceNr(id).then(() => done.push(`highest ${id}`));
  }

  it("names the storage behind it", () => {
    expect(storage.description).to.equal("stepping memory");
  });

  it("lets nothing go on by itself, and shows what waits", async () => {
    const both = [load("a"), highest("b")];
    await turn();
    expect(done).to.deep.equal([]);
    expect(storage.waiting).to.deep.equal([
      { operation: "load", persistenceId: "a" },
      { operation: "highestSequenceNr", persistenceId: "b" },
    ]);
    storage.run();
    await Promise.all(both);
  });

  it("lets go on one operation a step, the oldest first, and says which", async () => {
    const both = [load("a"), highest("b")];
    expect(await storage.step()).to.deep.equal({ operation: "load", persistenceId: "a" });
    await both[0];
    expect(done).to.deep.equal(["load a"]);
    expect(await storage.step()).to.deep.equal({ operation: "highestSequenceNr", persistenceId: "b" });
    await both[1];
    expect(storage.waiting).to.deep.equal([]);
  });

  it("waits for an operation when there is none to step", async () => {
    const steps = [storage.step(), storage.step()];
    const both = [load("a"), load("b")];
    expect((await Promise.all(steps)).map(({ persistenceId }) => persistenceId)).to.deep.equal(["a", "b"]);
    await Promise.all(both);
  });

  it("serves a step that waits, also once it runs", async () => {
    storage.run();
    const step = storage.step();
    await load("a");
    expect(await step).to.deep.equal({ operation: "load", persistenceId: "a" });
  });

  it("goes on stepping through whatever an entity does, from its recovery to its writes", async () => {
    const stepping = steppingStorage(memoryStorage());
    const system = await startSystem({ storage: stepping });
    const answer = system.entityRef(notebook(), "1").ask(note("a"));
    const steps: string[] = [];
    for (let n = 0; n < 4; n++) steps.push((await stepping.step()).operation);
    expect(steps).to.deep.equal(["load", "read", "highestSequenceNr", "append"]);
    expect(await answer).to.equal(1);
    stepping.run();
  });

  it("lets everything go on in its order once it runs", async () => {
    const all = [load("a"), load("b")];
    storage.run();
    await Promise.all([...all, load("c")]);
    expect(done).to.deep.equal(["load a", "load b", "load c"]);
    expect(storage.waiting).to.deep.equal([]);
  });
});
