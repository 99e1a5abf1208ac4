/** docs/nact.md: its code is that of files which run here, and an actor of nact really can be moved in the way it says. */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { ActorSystem, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";
import { persistenceEngine } from "rekindle/nact";
import { folders } from "./fixture.ts";
import { counter, movedCounter } from "./moved-counter.ts";
import { nactCounter } from "./nact-counter.ts";

describe("moving an actor of nact to eventSourced", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await folders.make();
  });

  afterEach(() => folders.removeAll());

  async function countWithNact(...numbers: number[]): Promise<number> {
    const { add, close } = nactCounter(folder);
    let sum = Number.NaN;
    for (const n of numbers) sum = await add(n);
    await close();
    return sum;
  }

  it("is shown in docs/nact.md with the code that is compiled and run here", async () => {
    const page = await readFile("docs/nact.md", "utf8");
    const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? "");
    for (const name of ["nact-counter", "moved-counter"]) {
      expect(blocks).to.include(await readFile(`test/nact/${name}.ts`, "utf8"));
    }
    for (const [, target = ""] of page.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      await readFile(`docs/${target}`).catch(() => expect.fail(`${target} does not exist`));
    }
  });

  it("continues the history on the same folder", async () => {
    expect(await countWithNact(1, 2, 3)).to.equal(6);
    expect(await countWithNact(4, 5, 6)).to.equal(21);

    const { system, ref } = await movedCounter(folder);
    expect(await ref.ask({ type: "Read" })).to.deep.equal({ sum: 21, additions: 6 });
    expect(await ref.ask({ type: "Add", n: 7 })).to.equal(28);
    const stream: unknown[] = [];
    for await (const { sequenceNr, entityType, entityId, type, event } of system.readJournal.eventsByPersistenceId(
      "counter:1",
      { fromSequenceNr: 6 },
    )) {
      stream.push({ sequenceNr, entityType, entityId, type, event });
    }
    const known = { entityType: "counter", entityId: "counter:1", type: "Added" };
    expect(stream).to.deep.equal([
      { ...known, sequenceNr: 6, event: { type: "Added", n: 6 } },
      { ...known, sequenceNr: 7, event: { type: "Added", n: 7 } },
    ]);
    await system.terminate();
  });

  it("takes snapshots of its own from the first number that nact has not covered", async () => {
    await countWithNact(1, 2, 3, 4, 5, 6);
    const options = { ...counter.options, snapshots: { every: 4 }, recovery: { fromSnapshot: { minSequenceNr: 7 } } };
    for (const [sum, replayed] of [
      [28, 6],
      [35, 7],
      [42, 0],
    ]) {
      const system = await ActorSystem.create("counters", { storage: levelStorage(folder) });
      let replayedEvents = Number.NaN;
      system.eventStream.asObservable().subscribe((told) => {
        if (told.type === "RecoveryCompleted" && "replayedEvents" in told) replayedEvents = told.replayedEvents;
      });
      expect(await system.entityRef(eventSourced(options), "counter:1").ask({ type: "Add", n: 7 })).to.equal(sum);
      expect(replayedEvents).to.equal(replayed);
      await system.terminate();
    }
  });

  it("can be taken back: nact passes over the snapshots of the entity", async () => {
    await countWithNact(1, 2, 3, 4, 5);
    const definition = eventSourced({ ...counter.options, snapshots: { every: 1 } });
    const system = await ActorSystem.create("counters", { storage: levelStorage(folder) });
    expect(await system.entityRef(definition, "counter:1").ask({ type: "Add", n: 6 })).to.equal(21);
    await system.terminate();

    const engine = persistenceEngine(levelStorage(folder));
    expect(await engine.latestSnapshot("counter:1")).to.include({ data: 15, sequenceNumber: 5 });
    await engine.close();
    expect(await countWithNact(7)).to.equal(28);
  });
});
