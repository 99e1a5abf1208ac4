/** Whoever can be sent a message, behind one face. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import type { ActorSystem } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { TestProbe } from "rekindle/testkit";
import { recipientOf } from "#src/actor/recipient.js";
import * as nact from "../support/nact.ts";
import { systems } from "../support/systems.ts";
import { tally } from "../support/tally.ts";

describe("recipientOf", () => {
  const start = systems();
  let system: ActorSystem;
  let ends: number;
  const count = (): void => {
    ends++;
  };

  beforeEach(async () => {
    system = await start({ storage: memoryStorage() });
    ends = 0;
  });

  it("delivers to an actor of ours, and calls back once when it has ended", async () => {
    const probe = new TestProbe(system);
    const recipient = recipientOf(probe.ref);
    recipient.onEnded(count);
    expect(recipient.deliver({ a: 1 })).to.equal(true);
    await probe.expectMessage({ a: 1 });
    expect(ends).to.equal(0);
    await system.stop(probe.ref);
    expect(ends).to.equal(1);
  });

  it("calls back at once when the actor has ended already", async () => {
    const probe = new TestProbe(system);
    await system.kill(probe.ref);
    recipientOf(probe.ref).onEnded(count);
    expect(ends).to.equal(1);
  });

  it("does not call back, nor keep the callback, after it was taken back", async () => {
    const probe = new TestProbe(system);
    const forget = recipientOf(probe.ref).onEnded(count);
    forget();
    forget();
    await system.kill(probe.ref);
    expect(ends).to.equal(0);
  });

  it("takes an entity for something that never ends", async () => {
    const ref = system.entityRef(tally, "1");
    const recipient = recipientOf(ref);
    recipient.onEnded(count)();
    expect(recipient.deliver({ type: "Add", amount: 2 })).to.equal(true);
    await system.stop(ref);
    expect(recipient.deliver({ type: "Add", amount: 3 })).to.equal(true);
    expect(await ref.ask({ type: "Get" })).to.equal(5);
    expect(ends).to.equal(0);
  });

  it("delivers to an actor of nact, and says so when it is gone", async () => {
    const heard: unknown[] = [];
    const listener = nact.spawn(system.nact, (_state, message) => void heard.push(message));
    const recipient = recipientOf(listener);
    recipient.onEnded(count)();
    expect(recipient.deliver({ a: 1 })).to.equal(true);
    await turn();
    nact.stop(listener);
    expect(recipient.deliver({ a: 2 })).to.equal(false);
    expect(heard).to.deep.equal([{ a: 1 }]);
  });

  it("refuses anything else with a TypeError", () => {
    for (const stranger of [undefined, null, 1, "x", {}, { type: "actor" }, system, system.nact]) {
      expect(() => recipientOf(stranger)).to.throw(TypeError, "expected a reference to an actor");
    }
  });
});
