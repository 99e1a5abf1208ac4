/** Persisted events on the bus: each once, after it is durable, in the order of the commits. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { ActorSystem, type EventEnvelope, PersistFailedError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type FaultyStorage, faultyStorage, ManualClock, TestProbe } from "rekindle/testkit";
import { rejection } from "../support/rejection.ts";
import { systems } from "../support/systems.ts";
import { tally, tallyNamed } from "../support/tally.ts";

type Envelope = EventEnvelope<{ amount: number }>;

describe("the event stream of persisted events", () => {
  const start = systems();
  let storage: FaultyStorage;
  let system: ActorSystem;
  let envelopes: Envelope[];

  beforeEach(async () => {
    storage = faultyStorage(memoryStorage());
    system = await start({ storage });
    envelopes = [];
    system.eventStream.of(tally).subscribe((envelope) => envelopes.push(envelope));
  });

  function add(id: string, amount: number): Promise<number> {
    return system.entityRef(tally, id).ask({ type: "Add", amount });
  }

  it("carries the whole envelope, the same as the journal gives", async () => {
    const clock = new ManualClock(1_000);
    system = await start({ storage: memoryStorage(), clock });
    const probe = new TestProbe(system);
    system.eventStream.subscribe(probe.ref, "Added");
    await system
      .entityRef(tally, "42")
      .ask({ type: "Add", amount: 5 }, { metadata: { user: "ada" }, commandId: "c-1" });
    const envelope = await probe.expectMessage({
      offset: 1,
      persistenceId: "tally|42",
      entityType: "tally",
      entityId: "42",
      sequenceNr: 1,
      timestamp: 1_000,
      type: "Added",
      version: 1,
      event: { type: "Added", amount: 5 },
      tags: [],
      metadata: { user: "ada", commandId: "c-1" },
    });
    for await (const stored of system.readJournal.events()) expect(stored).to.deep.equal(envelope);
  });

  it("carries every event exactly once, in the order of the offsets, whoever wrote it", async () => {
    const ids = ["a", "b", "c"];
    await Promise.all(Array.from({ length: 600 }, (_, n) => add(ids[n % 3] ?? "", n)));
    expect(envelopes.map(({ offset }) => offset)).to.deep.equal(Array.from({ length: 600 }, (_, n) => n + 1));
    for (const id of ids) {
      const own = envelopes.filter(({ entityId }) => entityId === id);
      expect(own.map(({ sequenceNr }) => sequenceNr)).to.deep.equal(Array.from({ length: 200 }, (_, n) => n + 1));
    }
  });

  it("173: is silent while a write is not durable, and before the reply", async () => {
    const order: string[] = [];
    system.eventStream.of(tally).subscribe(({ sequenceNr }) => order.push(`event ${sequenceNr}`));
    storage.hold("append");
    const replies = [1, 2].map((amount) => add("a", amount).then((sum) => order.push(`reply ${sum}`)));
    await turn();
    await turn();
    expect(order).to.deep.equal([]);
    storage.release("append");
    await Promise.all(replies);
    expect(order.filter((line) => line.startsWith("event"))).to.deep.equal(["event 1", "event 2"]);
    expect(order.indexOf("event 1")).to.be.lessThan(order.indexOf("reply 1"));
    expect(order.indexOf("event 2")).to.be.lessThan(order.indexOf("reply 3"));
  });

  it("is silent about what was not stored", async () => {
    storage.failNext("append");
    expect(await rejection(add("a", 1))).to.be.instanceOf(PersistFailedError);
    expect(await add("a", 2)).to.equal(2);
    expect(envelopes.map(({ event }) => event.amount)).to.deep.equal([2]);
  });

  it("is silent when an entity recovers", async () => {
    await add("a", 1);
    await system.kill(system.entityRef(tally, "a"));
    expect(await system.entityRef(tally, "a").ask({ type: "Get" })).to.equal(1);
    expect(envelopes).to.have.length(1);

    await system.terminate();
    const again = await ActorSystem.create("again", { storage });
    again.eventStream.of(tally).subscribe((envelope) => envelopes.push(envelope));
    expect(await again.entityRef(tally, "a").ask({ type: "Get" })).to.equal(1);
    await again.terminate();
    expect(envelopes).to.have.length(1);
  });

  it("of one definition has the events of that entity type only", async () => {
    const other = tallyNamed("other");
    await system.entityRef(other, "a").ask({ type: "Add", amount: 1 });
    system.eventStream.publish({ type: "Added", amount: 9 });
    await add("a", 2);
    expect(envelopes.map(({ entityType, event }) => [entityType, event.amount])).to.deep.equal([["tally", 2]]);
  });

  it("knows the type of the events of a definition", async () => {
    const amounts: number[] = [];
    system.eventStream.of(tally).subscribe(({ event }) => amounts.push(event.amount));
    await add("a", 7);
    expect(amounts).to.deep.equal([7]);
  });

  it("offers them to a predicate by their envelope", async () => {
    const probe = new TestProbe(system);
    system.eventStream.subscribe(probe.ref, ({ persistenceId, sequenceNr }) => {
      return persistenceId === "tally|b" && sequenceNr === 2;
    });
    for (const id of ["a", "b", "a", "b", "b"]) await add(id, 1);
    await probe.expectMessage(({ offset }: Envelope) => offset === 4);
    await probe.expectNoMessage(0);
  });
});
