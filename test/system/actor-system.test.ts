/** Starting a system, and what it says when it was started wrongly. */
import { expect } from "chai";
import {
  ActorStoppedError,
  ActorSystem,
  type ActorSystemOptions,
  AskTimeoutError,
  actor,
  NameTakenError,
  StorageLockedError,
} from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, ManualClock } from "rekindle/testkit";
import { echo } from "../support/echo.ts";
import { rejection } from "../support/rejection.ts";
import { systems } from "../support/systems.ts";
import { tally, tallyNamed } from "../support/tally.ts";

const mute = actor<unknown, number>({ initialState: 0, receive: (count) => count + 1 });

describe("ActorSystem.create", () => {
  const start = systems();

  for (const name of ["", null, undefined, 42, "a\udead", "x".repeat(5_000)]) {
    it(`refuses the name ${String(name).slice(0, 12)} with a TypeError`, async () => {
      const error = await rejection(ActorSystem.create(name as string));
      expect(error).to.be.instanceOf(TypeError);
      expect(error.message).to.match(/^the name of an actor system /);
    });
  }

  for (const [option, values] of Object.entries({
    storage: [null, {}, "data/journal", () => memoryStorage()],
    clock: [null, {}, Date],
    log: [null, "console", { info: () => {} }],
    askTimeoutMs: [0, -1, Number.NaN, "5000"],
    maxConcurrentRecoveries: [0, 0.5, -1, Number.NaN, "64"],
    terminateGraceMs: [0, -1, Number.NaN, "10"],
  })) {
    for (const value of values) {
      it(`refuses ${JSON.stringify(value) ?? String(value)} as ${option} with a TypeError`, async () => {
        const options = { [option]: value } as ActorSystemOptions;
        const error = await rejection(ActorSystem.create("x", options));
        expect(error).to.be.instanceOf(TypeError);
        expect(error.message).to.include(option);
      });
    }
  }

  it("does not open the store when another option is wrong", async () => {
    const storage = memoryStorage();
    await rejection(ActorSystem.create("x", { storage, askTimeoutMs: -1 }));
    await start({ storage });
  });

  it("takes nothing but a name, and the console as its log", async () => {
    const system = await start({ log: console });
    expect(system.name).to.equal("test");
    expect(await rejection(system.spawn(mute).ask("x", { timeoutMs: 1 }))).to.be.instanceOf(AskTimeoutError);
  });

  it("gives every ask the system's time", async () => {
    const clock = new ManualClock();
    const system = await start({ clock, askTimeoutMs: 30 });
    const asked = rejection(system.spawn(mute).ask("x"));
    clock.advance(30);
    expect(await asked).to.include({ timeoutMs: 30 });
    expect(system.clock).to.equal(clock);
  });

  it("26: is rejected with what the store says when it cannot be opened", async () => {
    const storage = memoryStorage();
    await start({ storage });
    expect(await rejection(ActorSystem.create("other", { storage }))).to.be.instanceOf(StorageLockedError);
  });

  it("tells on the event stream and in the log when the store fails as a whole, and when it is back", async () => {
    const lines: unknown[][] = [];
    const note = (...line: unknown[]): unknown => lines.push(line);
    let fail = (_error: Error): void => {};
    let recover: (() => void) | undefined;
    const memory = memoryStorage();
    const storage = {
      description: "a broken disk",
      open: (context: Parameters<typeof memory.open>[0]) => {
        fail = context.onFailure;
        recover = context.onRecovered;
        return memory.open(context);
      },
    };
    const system = await start({ storage, log: { debug: note, info: note, warn: note, error: note } });
    const events: object[] = [];
    system.eventStream.asObservable().subscribe((event) => events.push(event));
    const error = new Error("no space left");
    fail(error);
    recover?.();
    expect(events).to.deep.equal([{ type: "StorageFailed", error }, { type: "StorageRecovered" }]);
    expect(lines).to.deep.equal([["a broken disk failed", error], ["a broken disk takes writes again"]]);
  });
});

describe("an actor system without storage", () => {
  const start = systems();

  it("runs plain actors", async () => {
    const system = await start();
    expect(await system.spawn(echo).ask("hello")).to.equal("hello");
  });

  it("says what to do when it is asked for anything that is stored", async () => {
    const system = await start({}, "shop");
    const advice = /^actor system shop has no storage; pass one to ActorSystem\.create/;
    expect(() => system.entityRef(tally, "1")).to.throw(TypeError, advice);
    expect(() => system.spawn(tally, "1")).to.throw(TypeError, advice);
    expect(() => system.readJournal).to.throw(TypeError, advice);
  });
});

describe("an actor system with storage", () => {
  const start = systems();
  let system: ActorSystem;

  beforeEach(async () => {
    system = await start({ storage: memoryStorage() });
  });

  it("gives the same entity to every reference, under a path that says which it is", async () => {
    const refs = [system.entityRef(tally, "a/b"), system.entityRef(tally, "a/b")] as const;
    expect(await refs[0].ask({ type: "Add", amount: 1 })).to.equal(1);
    expect(await refs[1].ask({ type: "Add", amount: 1 })).to.equal(2);
    expect(refs[0]).to.include({ path: "test://entity/tally/a/b", entityId: "a/b", persistenceId: "tally|a/b" });
  });

  it("refuses an entity id that is none, and a second definition of a type, with a TypeError", () => {
    for (const id of ["", null, 7, "\ud83d"]) {
      expect(() => system.entityRef(tally, id as string)).to.throw(TypeError, "entityId of tally");
    }
    system.entityRef(tally, "1");
    expect(() => system.entityRef(tallyNamed("tally"), "1")).to.throw(TypeError, "in use by another definition");
    expect(() => system.entityRef(mute as never, "1")).to.throw(TypeError, "eventSourced()");
  });

  it("watches an entity that is not live as one that has ended", async () => {
    const told: string[] = [];
    system.eventStream.asObservable().subscribe(({ type }) => told.push(type));
    await system.watch(system.entityRef(tally, "1"));
    expect(told).to.deep.equal([]);
  });

  it("spawns an entity as an actor with a name, which has the journal for itself", async () => {
    const ref = system.spawn(tally, "1");
    expect(await ref.ask({ type: "Add", amount: 2 })).to.equal(2);
    expect(() => system.spawn(tally, "1")).to.throw(NameTakenError);
    expect(await rejection(system.entityRef(tally, "1").ask({ type: "Get" }))).to.be.instanceOf(NameTakenError);
    await system.stop(ref);
    expect(await rejection(ref.ask({ type: "Get" }))).to.be.instanceOf(ActorStoppedError);
    expect(await system.entityRef(tally, "1").ask({ type: "Get" })).to.equal(2);
  });

  it("lets no more entities recover at a time than it is told", async () => {
    const storage = faultyStorage(memoryStorage());
    system = await start({ storage, maxConcurrentRecoveries: 1 });
    storage.hold("read", "tally|slow");
    const order: string[] = [];
    const asks = ["slow", "next"].map((id) =>
      system
        .entityRef(tally, id)
        .ask({ type: "Get" })
        .then(() => order.push(id)),
    );
    await system.spawn(echo).ask("a turn for everybody");
    expect(order).to.deep.equal([]);
    storage.release("read", "tally|slow");
    await Promise.all(asks);
    expect(order).to.deep.equal(["slow", "next"]);
  });
});
