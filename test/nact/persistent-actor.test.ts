/** nact's own persistent actors and queries, unchanged, on a store of ours. */
import { mock } from "node:test";
import { expect } from "chai";
import { configurePersistence, persistentQuery, type Ref, start, stop } from "nact";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import { persistenceEngine } from "rekindle/nact";
import { faultyStorage } from "rekindle/testkit";
import {
  PersistFailedError,
  PersistRejectedError,
  SerializationError,
  StorageLockedError,
  VersionConflictError,
} from "#src/errors.js";
import type { Storage } from "#src/storage/storage.js";
import { type Add, backends, event, folders, NactCounter, type Sum, until, withJournal } from "./fixture.ts";

interface World {
  readonly system: Ref<never>;
  readonly engine: ReturnType<typeof persistenceEngine>;
  end(): Promise<void>;
}

const worlds: World[] = [];

function world(storage: Storage): World {
  const engine = persistenceEngine(storage);
  const system = start(configurePersistence(engine));
  const made = {
    system,
    engine,
    async end(): Promise<void> {
      stop(system);
      await engine.close();
    },
  };
  worlds.push(made);
  return made;
}

async function stored(engine: World["engine"], key: string): Promise<number[]> {
  return (await engine.events(key)).map(({ sequenceNumber }) => sequenceNumber);
}

async function endAll(): Promise<void> {
  for (const one of worlds.splice(0)) await one.end();
  await folders.removeAll();
}

for (const [name, make] of Object.entries(backends)) {
  describe(`a persistent actor of nact over ${name}`, () => {
    afterEach(endAll);

    it("comes back in another system with what it had persisted, and goes on", async () => {
      const place = await make();
      const before = world(place());
      const counter = new NactCounter(before.system, "a");
      for (const n of [1, 2, 3]) await counter.add(n);
      await new NactCounter(before.system, "b").add(50);
      await before.end();

      const after = world(place());
      const again = new NactCounter(after.system, "a");
      expect(await again.read()).to.deep.equal({ sum: 6, seen: [1, 2, 3] });
      expect(await again.add(4)).to.deep.equal({ sum: 10, seen: [1, 2, 3, 4] });
      expect(await stored(after.engine, "a")).to.deep.equal([1, 2, 3, 4]);
      expect(await stored(after.engine, "b")).to.deep.equal([1]);
    });

    it("begins with its snapshot and replays only what came later", async () => {
      const place = await make();
      const before = world(place());
      const decoder = (add: unknown): Add => add as Add;
      const counter = new NactCounter(before.system, "a", { snapshotEvery: 2 });
      for (const n of [1, 2, 3]) await counter.add(n);
      await before.end();

      const after = world(place());
      expect(await after.engine.latestSnapshot("a")).to.deep.include({
        data: { sum: 3, seen: [1, 2] },
        sequenceNumber: 2,
      });
      let decoded = 0;
      const again = new NactCounter(after.system, "a", {
        decoder: (add) => {
          decoded++;
          return decoder(add);
        },
      });
      expect(await again.read()).to.deep.equal({ sum: 6, seen: [1, 2, 3] });
      expect(decoded).to.equal(1);
    });

    it("feeds a persistent query that keeps snapshots under a key of its own", async () => {
      const place = await make();
      const { system, engine } = world(place());
      const counter = new NactCounter(system, "a");
      const total = (): (() => Promise<number>) =>
        persistentQuery(system, (sum: number, add: Add) => sum + add.n, "a", {
          initialState: 0,
          snapshotKey: "total",
          snapshotEvery: 1,
        }) as () => Promise<number>;
      for (const n of [1, 2, 3]) await counter.add(n);
      const ask = total();
      expect(await ask()).to.equal(6);
      // nact saves behind its answer, and saves again while it does not know that it has.
      await until(async () => (await engine.latestSnapshot("total")) !== undefined);
      await counter.add(4);
      expect(await ask()).to.equal(10);
      expect(await engine.latestSnapshot("total")).to.include({ key: "total", data: 6, sequenceNumber: 3 });
      expect(await engine.latestSnapshot("a")).to.equal(undefined);
      expect(await total()()).to.equal(10);
    });

    it("stores tags, which queries of the engine can ask for", async () => {
      const place = await make();
      const { system, engine } = world(place());
      const counter = new NactCounter(system, "a");
      await counter.add(1, { tags: ["odd", "first"] });
      await counter.add(2);
      const [tagged, ...others] = await engine.events("a", 0, undefined, ["odd"]);
      expect(tagged).to.deep.include({ sequenceNumber: 1, tags: ["first", "odd"] });
      expect(others).to.deep.equal([]);
    });
  });
}

describe("a persistent actor of nact whose write fails", () => {
  afterEach(endAll);

  for (const [fault, kind] of [
    ["rejectNext", PersistRejectedError],
    ["failNext", PersistFailedError],
  ] as const) {
    it(`goes on without a gap after reset (${fault})`, async () => {
      const storage = faultyStorage(memoryStorage());
      const { system, engine } = world(storage);
      const counter = new NactCounter(system, "a");
      for (const n of [1, 2]) await counter.add(n);
      storage[fault]("append", "a");
      counter.send(3);
      expect(await counter.add(4)).to.deep.equal({ sum: 7, seen: [1, 2, 4] });
      expect(counter.crashes.map((error) => error.constructor)).to.deep.equal([kind]);
      expect(await stored(engine, "a")).to.deep.equal([1, 2, 3]);
    });

    it(`is refused when it resumes instead: nact would store 1, 2, 4 (${fault})`, async () => {
      const storage = faultyStorage(memoryStorage());
      const { system, engine } = world(storage);
      const crashes: Error[] = [];
      const counter = new NactCounter(system, "a", {
        onCrash: (_message, error, context) => {
          if (error) crashes.push(error);
          return crashes.length < 3 ? context.resume : context.reset;
        },
      });
      for (const n of [1, 2]) await counter.add(n);
      storage[fault]("append", "a");
      for (const n of [3, 4, 5]) counter.send(n);
      expect(await counter.add(6)).to.deep.equal({ sum: 9, seen: [1, 2, 6] });
      expect(crashes.map((error) => error.constructor)).to.deep.equal([
        kind,
        PersistRejectedError,
        PersistRejectedError,
      ]);
      expect(await stored(engine, "a")).to.deep.equal([1, 2, 3]);
    });
  }

  it("does not overtake an event whose write failed and that is stored after all", async () => {
    let lost = false;
    const storage = withJournal(memoryStorage(), (journal) => ({
      async append(request) {
        const offset = await journal.append(request);
        if (request.sequenceNr !== 2 || lost) return offset;
        lost = true;
        throw new Error("the acknowledgement is lost");
      },
    }));
    const { system, engine } = world(storage);
    const crashes: Error[] = [];
    const counter = new NactCounter(system, "a", {
      onCrash: (_message, error, context) => {
        if (error) crashes.push(error);
        return crashes.length === 1 ? context.resume : context.reset;
      },
    });
    await counter.add(1);
    counter.send(2);
    counter.send(3);
    expect(await counter.add(4)).to.deep.equal({ sum: 7, seen: [1, 2, 4] });
    expect(crashes.map((error) => error.constructor)).to.deep.equal([PersistFailedError, PersistRejectedError]);
    expect(await stored(engine, "a")).to.deep.equal([1, 2, 3]);
  });

  it("is not done out of its stream by a snapshot of what was never stored", async () => {
    const log = mock.method(globalThis.console, "log", () => {});
    try {
      const storage = faultyStorage(memoryStorage());
      const { system, engine } = world(storage);
      const counter = new NactCounter(system, "a", {
        snapshotEvery: 1,
        onCrash: (_message, _error, context) => context.resume,
      });
      storage.rejectNext("append", "a");
      counter.send(1);
      await counter.read();
      await until(() => log.mock.callCount() > 0);
      expect(log.mock.calls[0]?.arguments[1]).to.be.instanceOf(PersistRejectedError);
      expect(await engine.latestSnapshot("a")).to.equal(undefined);
    } finally {
      log.mock.restore();
    }
  });

  it("is told the path of a value that JSON would damage, and goes on after reset", async () => {
    const { system, engine } = world(memoryStorage());
    const counter = new NactCounter(system, "a");
    counter.send(1, { data: { when: new Date(0) } });
    expect(await counter.add(2)).to.deep.equal({ sum: 2, seen: [2] });
    expect(counter.crashes).to.have.lengthOf(1);
    expect(counter.crashes[0]).to.be.instanceOf(SerializationError).and.to.include({ path: "$.when" });
    expect(await stored(engine, "a")).to.deep.equal([1]);
  });

  it("tries its recovery again when reading failed", async () => {
    const storage = faultyStorage(memoryStorage());
    const { system, engine } = world(storage);
    await engine.persist(event(1, { data: { n: 5 } }));
    for (const operation of ["load", "read"] as const) storage.failNext(operation, "a");
    const counter = new NactCounter(system, "a");
    expect((await counter.read()).sum).to.equal(5);
    expect(counter.crashes.map(({ message }) => message)).to.deep.equal([
      "ordered fault in load",
      "ordered fault in read",
    ]);
  });
});

describe("two persistent actors of nact with one key", () => {
  afterEach(endAll);

  it("do not write over each other: the one that is behind is refused, and catches up after reset", async () => {
    const { system, engine } = world(memoryStorage());
    const [first, second] = [new NactCounter(system, "a", {}, "first"), new NactCounter(system, "a", {}, "second")];
    await Promise.all([first.read(), second.read()]);
    await first.add(1);
    second.send(2);
    expect(await second.add(3)).to.deep.equal({ sum: 4, seen: [1, 3] });
    expect(second.crashes.map((error) => error.constructor)).to.deep.equal([VersionConflictError]);
    expect(await stored(engine, "a")).to.deep.equal([1, 2]);
  });
});

describe("two systems of nact on one folder", () => {
  afterEach(endAll);

  it("are refused, until the first has let go", async () => {
    const folder = await folders.make();
    const first = world(levelStorage(folder));
    await new NactCounter(first.system, "a").add(1);
    const second = world(levelStorage(folder));
    let attempts = 0;
    const counter = new NactCounter(second.system, "a", {
      onCrash: async (_message, error, context) => {
        expect(error).to.be.instanceOf(StorageLockedError);
        if (++attempts === 2) await first.end();
        return context.reset;
      },
    });
    const { sum }: Sum = await counter.add(2);
    expect(sum).to.equal(3);
    expect(attempts).to.equal(2);
  });
});
