/** A history outlives the code that wrote it: entities and readers see the events of today. */
import { expect } from "chai";
import {
  type EventEnvelope,
  type EventMeta,
  eventAt,
  PersistRejectedError,
  RecoveryFailedError,
  UnknownEventTypeError,
  UpcastFailedError,
} from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { TestProbe } from "rekindle/testkit";
import { onEveryStorage } from "../support/every-storage.ts";
import { historyOf, startSystem } from "../support/start-system.ts";
import { type Declarations, type Told, tell, teller } from "../support/teller.ts";
import { rejection } from "../support/waiting.ts";

const first = teller();
const second: Declarations = {
  Added: { upcasters: { 1: (event) => ({ ...event, quantity: 1 }) } },
  Moved: {},
  Viewed: {},
  Put: {},
};
const third: Declarations = {
  Added: { version: 3, upcasters: { ...second.Added?.upcasters, 2: ({ item, ...rest }) => ({ ...rest, sku: item }) } },
  Removed: {},
  Moved: {
    retired: ({ from, to }) => [{ type: "Removed", sku: from }, eventAt(2, { type: "Added", item: to, quantity: 1 })],
  },
  Viewed: { retired: () => [] },
  Put: { renamedTo: "Added" },
};

function brief({ sequenceNr, type, version, event }: EventEnvelope): string {
  const { type: _, ...content } = event as { type: string };
  return `${sequenceNr} ${type} ${version} ${JSON.stringify(content)}`;
}

onEveryStorage((newStorage) => {
  describe("an entity", () => {
    it("recovers what earlier releases wrote as the events of today, and goes on with numbers that follow", async () => {
      const storage = newStorage();
      await tell(storage, first, { type: "Added", item: "a" }, { type: "Viewed" }, { type: "Put", item: "b" });
      await tell(
        storage,
        teller(second),
        { type: "Added", item: "c", quantity: 3 },
        { type: "Moved", from: "c", to: "d" },
      );
      const system = await startSystem({ storage });
      const ref = system.entityRef(teller(third), "1");
      const events = [{ type: "Added", sku: "e", quantity: 5 }];
      expect(await ref.ask({ type: "Tell", events })).to.equal(6);
      const told = await ref.ask({ type: "Read" });
      expect(told.map(({ type, sku, quantity }) => `${type} ${sku} ${quantity}`)).to.deep.equal([
        ...["Added a 1", "Added b 1", "Added c 3", "Removed c undefined", "Added d 1", "Added e 5"],
      ]);
      expect((await historyOf(system, ref)).map(brief)).to.deep.equal([
        '1 Added 3 {"quantity":1,"sku":"a"}',
        '3 Added 3 {"quantity":1,"sku":"b"}',
        '4 Added 3 {"quantity":3,"sku":"c"}',
        '5 Removed 1 {"sku":"c"}',
        '5 Added 3 {"quantity":1,"sku":"d"}',
        '6 Added 3 {"sku":"e","quantity":5}',
      ]);
    });

    it("is refused a type that it does not declare, or does not write any more, and goes on", async () => {
      const system = await startSystem({ storage: newStorage() });
      const ref = system.entityRef(teller(third), "1");
      for (const [type, problem] of [
        ["Gone", "Gone is not among the declared events of entity type teller; add it to events"],
        ["Put", "events says that Put is not written any more; persist what it has become"],
        ["toString", "toString is not among the declared events"],
      ] as const) {
        const error = await rejection(ref.ask({ type: "Tell", events: [{ type: "Removed" }, { type }] }));
        expect(error).to.be.instanceOf(PersistRejectedError).that.has.property("message").that.includes(problem);
      }
      expect(await ref.ask({ type: "Tell", events: [{ type: "Removed", sku: "a" }] })).to.equal(1);
      expect((await historyOf(system, ref)).map(brief)).to.deep.equal(['1 Removed 1 {"sku":"a"}']);
    });
  });
});

describe("an entity", () => {
  it("tells its event handler the number of the stored event, which those of a split share", async () => {
    const storage = memoryStorage();
    await tell(storage, teller(second), { type: "Viewed" }, { type: "Moved", from: "a", to: "b" }, { type: "Viewed" });
    const seen: EventMeta[] = [];
    const eventHandler = (told: readonly object[], _event: object, meta: EventMeta): never[] => {
      seen.push(meta);
      return told as never[];
    };
    const system = await startSystem({ storage });
    const ref = system.entityRef(teller(third, { eventHandler }), "1");
    await ref.ask({ type: "Tell", events: [{ type: "Removed" }] });
    expect(seen.map(({ sequenceNr, replaying }) => `${sequenceNr} ${replaying}`)).to.deep.equal([
      "2 true",
      "2 true",
      "4 false",
    ]);
  });

  it("publishes what it stores with the present version", async () => {
    const system = await startSystem();
    const published: string[] = [];
    const definition = teller(third);
    system.eventStream.of(definition).subscribe((envelope) => published.push(brief(envelope)));
    await system.entityRef(definition, "1").ask({ type: "Tell", events: [{ type: "Added", sku: "a" }] });
    expect(published).to.deep.equal(['1 Added 3 {"sku":"a"}']);
  });

  it("counts deliveries on over the events of a split, so that each has an id of its own", async () => {
    const storage = memoryStorage();
    await tell(storage, teller(second), { type: "Viewed" }, { type: "Moved", from: "a", to: "b" });
    const system = await startSystem({ storage });
    const probe = new TestProbe(system);
    const begins = ({ type }: Told) => [1, 2].map(() => ({ to: "probe", message: (id: string) => `${id} ${type}` }));
    const deliveries = { begins, confirms: () => [], destination: () => probe.ref };
    system.entityRef(teller(third, { deliveries }), "1").tell({ type: "Read" });
    const received = await probe.receiveN(4);
    expect(received).to.deep.equal(["2-1 Removed", "2-2 Removed", "2-3 Added", "2-4 Added"]);
  });

  for (const [what, events, version] of [
    ["a type that it does not know", { Removed: {} }, 2],
    ["a version that is newer than it knows", { Added: {} }, 2],
    ["a version other than 1 without declared events", undefined, 2],
  ] as const) {
    it(`does not recover from ${what}, and says which event it is`, async () => {
      const storage = memoryStorage();
      await tell(storage, teller(third), { type: "Removed" });
      await tell(storage, teller({ ...second, Removed: {} }), { type: "Added", item: "a" });
      const system = await startSystem({ storage });
      const release = teller(events && { ...events, ...("Added" in events ? { Removed: {} } : {}) });
      const error = await rejection(system.entityRef(release, "1").ask({ type: "Read" }));
      expect(error).to.be.instanceOf(RecoveryFailedError).that.includes({ persistenceId: "teller|1", sequenceNr: 1 });
      expect((error as RecoveryFailedError).cause)
        .to.be.instanceOf(UnknownEventTypeError)
        .that.includes({ persistenceId: "teller|1", sequenceNr: 2, eventType: "Added", version });
    });
  }

  it("does not recover over an upcaster that throws, and recovers when it is mended", async () => {
    const storage = memoryStorage();
    await tell(storage, first, { type: "Added", item: "a" });
    const system = await startSystem({ storage });
    const broken = teller({ Added: { upcasters: { 1: () => Promise.reject(new Error("too late")) } } });
    const error = await rejection(system.entityRef(broken, "1").ask({ type: "Read" }));
    expect(error)
      .to.be.instanceOf(RecoveryFailedError)
      .that.has.property("cause")
      .that.is.instanceOf(UpcastFailedError);
    await system.terminate();
    const again = await startSystem({ storage });
    expect(await again.entityRef(teller(second), "1").ask({ type: "Read" })).to.have.length(1);
  });
});

describe("a reader", () => {
  async function read(events: AsyncIterable<EventEnvelope>): Promise<string[]> {
    const found: string[] = [];
    for await (const envelope of events) found.push(brief(envelope));
    return found;
  }

  it("sees events as they are stored until their entity type is registered, then those of today", async () => {
    const storage = memoryStorage();
    await tell(storage, teller(second), { type: "Moved", from: "a", to: "b" }, { type: "Viewed" }, { type: "Put" });
    const system = await startSystem({ storage });
    const stored = ['1 Moved 1 {"from":"a","to":"b"}', "2 Viewed 1 {}", "3 Put 1 {}"];
    expect(await read(system.readJournal.events())).to.deep.equal(stored);
    expect(await read(system.readJournal.eventsByPersistenceId("teller|1"))).to.deep.equal(stored);
    const definition = teller(third);
    system.register(definition);
    system.register(definition);
    const present = ['1 Removed 1 {"sku":"a"}', '1 Added 3 {"quantity":1,"sku":"b"}', '3 Added 3 {"quantity":1}'];
    expect(await read(system.readJournal.events({ entityType: "teller" }))).to.deep.equal(present);
    expect(await read(system.readJournal.eventsByPersistenceId("teller|1"))).to.deep.equal(present);
  });

  it("gets the offset of the stored event with each that it was split into", async () => {
    const storage = memoryStorage();
    await tell(storage, teller(second), { type: "Viewed" }, { type: "Moved" });
    const system = await startSystem({ storage });
    system.register(teller(third));
    const offsets: number[] = [];
    for await (const { offset } of system.readJournal.events()) offsets.push(offset);
    expect(offsets).to.deep.equal([2, 2]);
    expect(await read(system.readJournal.events({ fromOffset: 2 }))).to.deep.equal([]);
  });

  it("follows on live, with what was split and what was dropped before it came", async () => {
    const storage = memoryStorage();
    await tell(storage, teller(second), { type: "Viewed" }, { type: "Moved", from: "a", to: "b" }, { type: "Viewed" });
    const system = await startSystem({ storage });
    const ref = system.entityRef(teller(third), "1");
    const found: string[] = [];
    for await (const envelope of system.readJournal.events({ live: true })) {
      found.push(brief(envelope));
      if (found.length === 2) await ref.ask({ type: "Tell", events: [{ type: "Removed" }] });
      if (found.length === 3) break;
    }
    expect(found).to.deep.equal(['2 Removed 1 {"sku":"a"}', '2 Added 3 {"quantity":1,"sku":"b"}', "4 Removed 1 {}"]);
  });

  it("travels back to a state of the events of today, over a snapshot that it cannot read", async () => {
    const storage = memoryStorage();
    const events = [{ type: "Moved", from: "a", to: "b" }, { type: "Viewed" }, { type: "Put" }];
    await tell(storage, teller(second, { snapshots: { every: 2 } }), ...events);
    const system = await startSystem({ storage });
    const definition = teller(third, { snapshots: { schemaVersion: 2 } });
    for (const [sequenceNr, length] of [0, 2, 2, 3].entries()) {
      const found = await system.readJournal.stateAt(definition, "1", { sequenceNr });
      expect(found.sequenceNr).to.equal(sequenceNr);
      expect(found.state).to.have.length(length);
    }
  });

  it("is told of an event that the registered definition does not know", async () => {
    const storage = memoryStorage();
    await tell(storage, teller(second), { type: "Viewed" }, { type: "Put" });
    const system = await startSystem({ storage });
    system.register(teller({ Viewed: {} }));
    const error = await rejection(read(system.readJournal.events()));
    expect(error)
      .to.be.instanceOf(UnknownEventTypeError)
      .that.includes({ sequenceNr: 2, eventType: "Put", version: 1 });
  });

  it("needs a definition of the entity type that is in use, and a storage", async () => {
    const system = await startSystem();
    system.entityRef(first, "1");
    expect(() => system.register(teller())).to.throw(TypeError, "in use by another definition");
    expect(() => system.register({} as never)).to.throw(TypeError, "made by eventSourced()");
  });
});
