/** The end of a system: everything settles, and nothing is left. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import {
  type ActorRef,
  ActorStoppedError,
  ActorSystem,
  type ActorSystemOptions,
  actor,
  type EntityRef,
  StorageFailedError,
} from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type FaultyStorage, faultyStorage, ManualClock } from "rekindle/testkit";
import { echo } from "../support/echo.ts";
import { rejection } from "../support/rejection.ts";
import { type TallyCommand, tally, tallyNamed } from "../support/tally.ts";
import { deferred } from "../support/waiting.ts";
import { WatchedClock } from "../support/watched-clock.ts";

const hung = actor<unknown, undefined>({ initialState: undefined, receive: () => new Promise(() => {}) });
const mute = actor<unknown, undefined>({ initialState: undefined, receive: () => undefined });

const terminateGraceMs = 1_000;

describe("terminate", () => {
  let clock: WatchedClock;
  let storage: FaultyStorage;
  let system: ActorSystem;
  let ref: EntityRef<TallyCommand>;

  beforeEach(async () => {
    clock = new WatchedClock();
    storage = faultyStorage(memoryStorage());
    system = await create();
    ref = system.entityRef(tally, "1");
  });

  function create(options: ActorSystemOptions = {}): Promise<ActorSystem> {
    return ActorSystem.create("test", { clock, storage, terminateGraceMs, ...options });
  }

  it("lets every actor finish what it has, and settles every ask", async () => {
    const plain = system.spawn(echo);
    const asks = Array.from({ length: 2_000 }, (_, n) => [ref.ask({ type: "Add", amount: 1 }), plain.ask(n)]);
    await system.terminate();
    const answers = await Promise.all(asks.map((both) => Promise.all(both)));
    expect(answers).to.deep.equal(answers.map((_, n) => [n + 1, n]));
    const again = await create();
    expect(await again.entityRef(tally, "1").ask({ type: "Get" })).to.equal(2_000);
    await again.terminate();
  });

  it("may be called again, during and after", async () => {
    const [one, other] = [system.terminate(), system.terminate()];
    expect(one).to.equal(other);
    await one;
    await system.terminate();
  });

  it("settles asks whose answer was put off and never came", async () => {
    const asks = [system.spawn(mute, "mute").ask("hello?"), system.spawn(mute).ask("hello?", { timeoutMs: 60_000 })];
    const errors = asks.map(rejection);
    await turn();
    await system.terminate();
    for (const error of await Promise.all(errors)) expect(error).to.be.instanceOf(ActorStoppedError);
    expect(await errors[0]).to.include({ path: "test://user/mute", detail: "the actor system has terminated" });
  });

  it("waits for a recovery that is under way, and for what waits behind it", async () => {
    storage.hold("read");
    const asks = [ref.ask({ type: "Add", amount: 1 }), ref.ask({ type: "Get" })];
    await turn();
    const terminated = system.terminate();
    storage.release("read");
    expect(await Promise.all(asks)).to.deep.equal([1, 1]);
    await terminated;
  });

  it("ends a recovery that takes longer than the grace, and rejects what waits behind it", async () => {
    storage.hold("read");
    const asked = rejection(ref.ask({ type: "Add", amount: 1 }));
    await turn();
    const terminated = system.terminate();
    clock.advance(terminateGraceMs);
    expect(await asked).to.be.instanceOf(ActorStoppedError);
    await terminated;
    storage.release("read");
    await turn();
  });

  it("waits for a write that is under way, and lets its answer out", async () => {
    storage.hold("append");
    const asked = ref.ask({ type: "Add", amount: 1 });
    await turn();
    await turn();
    const terminated = system.terminate();
    await turn();
    storage.release("append");
    expect(await asked).to.equal(1);
    await terminated;
  });

  it("does not wait longer than the grace for a write, and never answers what is not durable", async () => {
    storage.hold("append");
    const asked = rejection(ref.ask({ type: "Add", amount: 1 }));
    await turn();
    await turn();
    const terminated = system.terminate();
    await turn();
    clock.advance(terminateGraceMs);
    expect(await asked).to.be.instanceOf(ActorStoppedError);
    await terminated;
    storage.release("append");
    await turn();
    const again = await create();
    expect(await again.entityRef(tally, "1").ask({ type: "Get" })).to.equal(0);
    await again.terminate();
  });

  it("ends a hung actor after the grace, and not before", async () => {
    const stuck = system.spawn(hung);
    const asked = [rejection(stuck.ask("in hand")), rejection(stuck.ask("waiting"))];
    await turn();
    let over = false;
    const terminated = system.terminate().then(() => (over = true));
    clock.advance(terminateGraceMs - 1);
    await turn();
    expect(over).to.equal(false);
    clock.advance(1);
    await terminated;
    for (const error of await Promise.all(asked)) expect(error).to.be.instanceOf(ActorStoppedError);
  });

  it("ends an actor that pauses after a failure, at the latest after the grace", async () => {
    const fragile = actor<unknown, undefined>({
      initialState: undefined,
      receive() {
        throw new Error("boom");
      },
      supervision: { minBackoffMs: 60_000, maxBackoffMs: 60_000 },
    });
    const failing = system.spawn(fragile);
    await rejection(failing.ask("x"));
    const waiting = rejection(failing.ask("y"));
    await turn();
    const terminated = system.terminate();
    clock.advance(terminateGraceMs);
    await terminated;
    expect(await waiting).to.be.instanceOf(ActorStoppedError);
    expect(clock.timers).to.equal(0);
  });

  it("may be asked for by an actor of the system, which finishes first", async () => {
    const over = deferred();
    const last = actor<unknown, undefined>({
      initialState: undefined,
      receive(_state, message, { reply }) {
        if (message === "end") void system.terminate().then(over.resolve);
        reply(message);
        return undefined;
      },
    });
    const ref = system.spawn(last);
    const asks = [ref.ask("end"), ref.ask("after")];
    await over.promise;
    expect(await Promise.all(asks)).to.deep.equal(["end", "after"]);
  });

  it("leaves no timer, whatever was under way", async () => {
    await ref.ask({ type: "Add", amount: 1 });
    await system.spawn(echo).ask("x", { timeoutMs: 77 });
    const ticking = actor<unknown, undefined>({
      initialState: undefined,
      receive(_state, _message, { timers, reply }) {
        timers.startTimerWithFixedDelay("tick", "tick", 10);
        reply(undefined);
        return undefined;
      },
    });
    await system.spawn(ticking).ask("go");
    await system.terminate();
    expect([clock.timers, clock.keepingAlive]).to.deep.equal([0, 0]);
  });

  it("is the end of the event stream, after the last event", async () => {
    const types: string[] = [];
    system.eventStream.asObservable().subscribe({
      next: (event) => types.push(event.type),
      complete: () => types.push("complete"),
    });
    const asked = ref.ask({ type: "Add", amount: 1 });
    await system.terminate();
    await asked;
    expect(types.slice(-3)).to.deep.equal(["Added", "ActorStopped", "complete"]);
  });

  it("closes the store even so, and is rejected with what closing says", async () => {
    const error = new Error("disk gone");
    const memory = memoryStorage();
    const brittle = {
      description: "brittle",
      open: async (context: Parameters<typeof memory.open>[0]) => ({
        ...(await memory.open(context)),
        close: () => Promise.reject(error),
      }),
    };
    system = await create({ storage: brittle });
    let completed = false;
    system.eventStream.asObservable().subscribe({ complete: () => (completed = true) });
    expect(await rejection(system.terminate())).to.equal(error);
    expect(completed).to.equal(true);
  });

  describe("once it is over", () => {
    let plain: ActorRef<unknown>;

    beforeEach(async () => {
      plain = system.spawn(echo, "echo");
      await ref.ask({ type: "Add", amount: 1 });
      await system.terminate();
    });

    it("every ask is rejected with ActorStoppedError", async () => {
      const refs = [plain, ref, system.entityRef(tally, "1"), system.entityRef(tally, "never live")];
      for (const { ask } of refs.map((ref) => ({ ask: () => (ref as ActorRef<unknown>).ask({ type: "Get" }) }))) {
        expect(await rejection(ask())).to.be.instanceOf(ActorStoppedError);
      }
      expect(clock.keepingAlive).to.equal(0);
    });

    it("a tell does nothing, and nothing harmful", async () => {
      plain.tell("hello");
      ref.tell({ type: "Add", amount: 1 });
      system.entityRef(tally, "never live").tell({ type: "Add", amount: 1 });
      await turn();
      expect(clock.keepingAlive).to.equal(0);
    });

    it("nothing can be spawned", () => {
      expect(() => system.spawn(echo)).to.throw(ActorStoppedError, "terminated");
      expect(() => system.spawn(echo, "echo")).to.throw(ActorStoppedError, "terminated");
      expect(() => system.spawn(tally, "2")).to.throw(ActorStoppedError, "terminated");
    });

    it("an entity type that was never used is no exception", async () => {
      const use = async (): Promise<unknown> => system.entityRef(tallyNamed("late"), "1").ask({ type: "Get" });
      expect(await rejection(use())).to.be.instanceOf(ActorStoppedError);
    });

    it("stop, kill and watch have nothing to wait for", async () => {
      for (const ended of [plain, ref]) {
        const all = await Promise.all([system.stop(ended), system.kill(ended), system.watch(ended)]);
        expect(all).to.deep.equal([undefined, undefined, undefined]);
      }
    });

    it("the journal cannot be read any more, and the store may be opened again", async () => {
      const read = async (): Promise<void> => {
        for await (const _event of system.readJournal.events()) expect.fail("an event out of a closed store");
      };
      expect(await rejection(read())).to.be.instanceOf(StorageFailedError);
      const again = await create({ clock: new ManualClock() });
      expect(await again.entityRef(tally, "1").ask({ type: "Get" })).to.equal(1);
      await again.terminate();
    });

    it("publishing and subscribing do nothing", () => {
      expect(() => system.eventStream.publish({ type: "Late" })).not.to.throw();
      expect(() => system.eventStream.subscribe(plain)()).not.to.throw();
    });
  });
});
