/** Who gets what on the bus, from when, and until when. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { type ActorSystem, actor, type EventFilter, type Logger } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { TestProbe } from "rekindle/testkit";
import { systems } from "../support/systems.ts";
import { tally } from "../support/tally.ts";

const tea = { type: "TeaServed", cups: 2 };
const coffee = { type: "CoffeeServed", cups: 1 };
const water = { type: "WaterServed", cups: 0 };

describe("the event stream", () => {
  const start = systems();
  let lines: unknown[][];
  let system: ActorSystem;

  beforeEach(async () => {
    lines = [];
    const note = (...line: unknown[]): unknown => lines.push(line);
    const log: Logger = { debug: note, info: note, warn: note, error: note };
    system = await start({ storage: memoryStorage(), log });
  });

  function probe(filter?: EventFilter): TestProbe {
    const probe = new TestProbe(system);
    system.eventStream.subscribe(probe.ref, filter);
    return probe;
  }

  function publish(...events: object[]): void {
    for (const event of events) system.eventStream.publish(event);
  }

  /** Everything that has come, once every turn that is due was taken. */
  async function received(probe: TestProbe, count: number): Promise<unknown[]> {
    const events = await probe.receiveN(count);
    await turn();
    await probe.expectNoMessage(0);
    return events;
  }

  describe("delivers", () => {
    it("from the moment that subscribe returns, and nothing from before", async () => {
      const late = new TestProbe(system);
      publish(tea);
      system.eventStream.subscribe(late.ref);
      publish(coffee);
      expect(await received(late, 1)).to.deep.equal([coffee]);
    });

    it("everything published to whoever has no filter, but no system events", async () => {
      const all = probe();
      publish(tea, { noType: true });
      const ref = system.spawn(actor({ initialState: 0, receive: (state) => state }));
      await system.kill(ref);
      ref.tell("a dead letter");
      publish(coffee);
      expect(await received(all, 3)).to.deep.equal([tea, { noType: true }, coffee]);
    });

    it("one type, or those of a list, to whoever names them", async () => {
      const [one, several, none] = [probe("TeaServed"), probe(["TeaServed", "WaterServed"]), probe([])];
      publish(coffee, tea, water);
      expect(await received(one, 1)).to.deep.equal([tea]);
      expect(await received(several, 2)).to.deep.equal([tea, water]);
      expect(await received(none, 0)).to.deep.equal([]);
    });

    it("system events to whoever names them", async () => {
      const named = probe(["ActorStarted", "TeaServed"]);
      const ref = system.spawn(actor({ initialState: 0, receive: (state) => state }), "new");
      publish(tea);
      await system.kill(ref);
      expect(await received(named, 2)).to.deep.equal([{ type: "ActorStarted", path: "test://user/new" }, tea]);
    });

    it("what a predicate wants, system events included", async () => {
      const cups = probe((event) => "cups" in event && event.cups !== 1);
      const actors = probe((event) => "path" in event);
      publish(tea, coffee, water);
      system.spawn(actor({ initialState: 0, receive: (state) => state }), "new");
      expect(await received(cups, 2)).to.deep.equal([tea, water]);
      expect(await received(actors, 1)).to.deep.equal([{ type: "ActorStarted", path: "test://user/new" }]);
    });

    it("to an entity, live or not", async () => {
      const ref = system.entityRef(tally, "1");
      system.eventStream.subscribe(ref, "Add");
      publish({ type: "Add", amount: 2 });
      expect(await ref.ask({ type: "Get" })).to.equal(2);
      await system.stop(ref);
      publish({ type: "Add", amount: 3 });
      expect(await ref.ask({ type: "Get" })).to.equal(5);
    });

    it("once for every subscription", async () => {
      const twice = probe("TeaServed");
      const unsubscribe = system.eventStream.subscribe(twice.ref);
      publish(tea);
      expect(await received(twice, 2)).to.deep.equal([tea, tea]);
      unsubscribe();
      publish(tea);
      expect(await received(twice, 1)).to.deep.equal([tea]);
    });
  });

  describe("ends a subscription", () => {
    it("when it is asked to, once and for all", async () => {
      const all = new TestProbe(system);
      const unsubscribe = system.eventStream.subscribe(all.ref);
      publish(tea);
      unsubscribe();
      unsubscribe();
      publish(coffee);
      expect(await received(all, 1)).to.deep.equal([tea]);
      expect(system.eventStream.active).to.equal(false);
    });

    for (const how of ["stop", "kill"] as const) {
      it(`when the actor has ended by ${how}`, async () => {
        const letters = probe("DeadLetter");
        const ended = probe();
        await system[how](ended.ref);
        publish(tea);
        await turn();
        await letters.expectNoMessage(0);
      });
    }

    it("before it has begun when the actor is gone already", async () => {
      const gone = new TestProbe(system);
      await system.kill(gone.ref);
      system.eventStream.subscribe(gone.ref);
      expect(system.eventStream.active).to.equal(false);
    });

    it("but not when the actor restarts", async () => {
      const all = probe();
      const heard: unknown[] = [];
      const fragile = system.spawn(
        actor<{ cups: number }, undefined>({
          initialState: undefined,
          receive(_state, event) {
            heard.push(event);
            if (event.cups === 2) throw new Error("too hot");
            system.eventStream.publish({ type: "Heard" });
            return undefined;
          },
          supervision: { minBackoffMs: 1, jitter: 0 },
        }),
      );
      system.eventStream.subscribe(fragile, ["TeaServed", "CoffeeServed"]);
      publish(tea, coffee);
      expect(await received(all, 3)).to.deep.equal([tea, coffee, { type: "Heard" }]);
      expect(heard).to.deep.equal([tea, coffee]);
    });
  });

  it("passes over a predicate that throws, logs it, and serves the others", async () => {
    const error = new Error("bad predicate");
    const all = probe();
    const broken = probe(() => {
      throw error;
    });
    publish(tea);
    expect(await received(all, 1)).to.deep.equal([tea]);
    await broken.expectNoMessage(0);
    expect(lines).to.deep.equal([
      ["A filter of an event stream subscription threw; the event is not delivered to it", error],
    ]);
  });

  describe("does not chase its own tail", () => {
    it("when a subscriber of MessageDropped has a full mailbox itself", async () => {
      const others = probe("MessageDropped");
      const narrow = (): unknown =>
        system.eventStream.subscribe(
          system.spawn(actor({ initialState: 0, receive: (state) => state, mailboxCapacity: 1 })),
          (event) => event.type !== "ActorStarted",
        );
      narrow();
      narrow();
      publish(tea, coffee);
      const dropped = await others.receiveN(2);
      expect(dropped.map((event) => (event as { message: unknown }).message)).to.deep.equal([coffee, coffee]);
    });

    it("when a subscriber of everything is killed with messages in its mailbox", async () => {
      const letters = probe("DeadLetter");
      const all = probe(() => true);
      publish(tea);
      await system.kill(all.ref);
      const [letter] = await received(letters, 1);
      expect(letter).to.include({ path: all.ref.path, message: tea });
    });

    it("when an entity that subscribes to everything handles nothing of it", async () => {
      const unhandled = probe("UnhandledMessage");
      const ref = system.entityRef(tally, "deaf");
      system.eventStream.subscribe(ref, ["TeaServed", "UnhandledMessage"]);
      publish(tea);
      await unhandled.expectMessage({ type: "UnhandledMessage", path: "test://entity/tally/deaf", message: tea });
      for (let turns = 0; turns < 3; turns++) await ref.ask({ type: "Get" });
      await unhandled.expectNoMessage(0);
    });
  });

  describe("refuses with a TypeError", () => {
    for (const stranger of [undefined, null, {}, "test://user/x", { path: "x", nact: {} }]) {
      it(`to subscribe ${JSON.stringify(stranger)}`, () => {
        expect(() => system.eventStream.subscribe(stranger as never)).to.throw(TypeError, "reference to an actor");
      });
    }

    for (const filter of [null, 42, {}, ["TeaServed", 7], true]) {
      it(`to filter by ${JSON.stringify(filter)}`, () => {
        const subscribe = (): unknown => probe(filter as never);
        expect(subscribe).to.throw(TypeError, "a filter is an event type, a list of them, or a predicate");
        expect(system.eventStream.active).to.equal(false);
      });
    }

    for (const event of [undefined, null, "TeaServed", 42]) {
      it(`to publish ${JSON.stringify(event)}`, () => {
        expect(() => publish(event as never)).to.throw(TypeError, "publish takes an object");
      });
    }
  });

  it("is not active while nobody listens", async () => {
    expect(system.eventStream.active).to.equal(false);
    const unsubscribe = system.eventStream.subscribe(new TestProbe(system).ref, "TeaServed");
    const subscription = system.eventStream.asObservable().subscribe();
    unsubscribe();
    expect(system.eventStream.active).to.equal(true);
    subscription.unsubscribe();
    expect(system.eventStream.active).to.equal(false);
  });
});
