/** Subscribers that are actors of nact. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import type { ActorSystem, NactRef } from "rekindle";
import { TestProbe } from "rekindle/testkit";
import * as nact from "../support/nact.ts";
import { systems } from "../support/systems.ts";

const tea = { type: "TeaServed" };
const coffee = { type: "CoffeeServed" };

describe("the event stream for an actor of nact", () => {
  const start = systems();
  let system: ActorSystem;
  let heard: unknown[];
  let listener: NactRef<never>;

  beforeEach(async () => {
    system = await start();
    heard = [];
    listener = nact.spawn(system.nact, (_state, message) => void heard.push(message));
  });

  it("delivers what it wants, in order", async () => {
    system.eventStream.subscribe(listener, ["TeaServed"]);
    for (const event of [tea, coffee, tea]) system.eventStream.publish(event);
    await turn();
    await turn();
    expect(heard).to.deep.equal([tea, tea]);
  });

  it("ends its subscription when it has stopped", async () => {
    system.eventStream.subscribe(listener);
    nact.stop(listener);
    system.eventStream.publish(tea);
    expect(system.eventStream.active).to.equal(false);
    await turn();
    expect(heard).to.deep.equal([]);
  });

  it("takes the nact reference of an actor of ours as well", async () => {
    const probe = new TestProbe(system);
    system.eventStream.subscribe(probe.ref.nact, "TeaServed");
    system.eventStream.publish(tea);
    await probe.expectMessage(tea);
    await system.stop(probe.ref);
    system.eventStream.publish(tea);
    expect(system.eventStream.active).to.equal(false);
  });

  it("reaches one of another nact system", async () => {
    const elsewhere = nact.start();
    const far = nact.spawn(elsewhere, (_state, message) => void heard.push(message));
    system.eventStream.subscribe(far);
    system.eventStream.publish(tea);
    await turn();
    expect(heard).to.deep.equal([tea]);
    nact.stop(elsewhere);
  });
});
