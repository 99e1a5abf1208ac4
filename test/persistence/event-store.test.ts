/** The event store face: find, create and update, beside live entities of the same id. */
import { expect } from "chai";
import {
  ActorFailedError,
  ActorSystem,
  type EventEnvelope,
  NameTakenError,
  PersistFailedError,
  SerializationError,
  VersionConflictError,
} from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, TestProbe } from "rekindle/testkit";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Noted, note, notebook, noted, read, type Words } from "../support/notebook.ts";
import { historyOf, startSystem, wordsStored } from "../support/start-system.ts";
import { quiet, rejection } from "../support/waiting.ts";

function all(words: string): Noted[] {
  return [...words].map(noted);
}

onEveryStorage((newStorage) => {
  describe("system.eventStore", () => {
    it("creates, finds and updates a stream, and an entity sees it", async () => {
      const system = await startSystem({ storage: newStorage() });
      const { eventStore } = system;
      const definition = notebook();
      expect(await eventStore.find(definition, "1")).to.deep.equal({ state: [], version: 0 });
      const created = await eventStore.create(definition, "1", all("ab"));
      expect(created).to.deep.equal({ version: 2, offset: 2, repeated: false });
      expect(await eventStore.find(definition, "1")).to.deep.equal({ state: ["a", "b"], version: 2 });
      const updated = await eventStore.update(definition, "1", 2, all("c"), { metadata: { by: "me" } });
      expect(updated).to.deep.equal({ version: 3, offset: 3, repeated: false });
      const ref = system.entityRef(definition, "1");
      expect(await ref.ask(read)).to.deep.equal(["a", "b", "c"]);
      expect((await historyOf(system, ref)).map(({ metadata }) => metadata)).to.deep.equal([{}, {}, { by: "me" }]);
    });

    it("refuses a second beginning and a version that is not the present one, and stores nothing of it", async () => {
      const system = await startSystem({ storage: newStorage() });
      const { eventStore } = system;
      const definition = notebook();
      await eventStore.create(definition, "1", all("a"));
      const attempts = [
        [0, eventStore.create(definition, "1", all("x"))],
        [0, eventStore.update(definition, "1", 0, all("x"))],
        [2, eventStore.update(definition, "1", 2, all("xy"))],
        [5, eventStore.update(definition, "1", 5, [])],
      ] as const;
      for (const [expectedVersion, attempt] of attempts) {
        const error = await rejection(attempt);
        expect(error).to.be.instanceOf(VersionConflictError);
        expect(error).to.include({ persistenceId: "notebook|1", expectedVersion, actualVersion: 1 });
      }
      expect(await eventStore.update(definition, "1", 1, [])).to.deep.equal({ version: 1, offset: 1, repeated: false });
      expect(await wordsStored(system, system.entityRef(definition, "1"))).to.deep.equal(["1 a"]);
    });

    it("223: lets one of many writers of a version win", async () => {
      const system = await startSystem({ storage: newStorage() });
      const { eventStore } = system;
      const definition = notebook();
      await eventStore.create(definition, "1", all("a"));
      const writes = [..."bcdef"].map((word) => eventStore.update(definition, "1", 1, all(word)));
      const outcomes = await Promise.allSettled(writes);
      const won = outcomes.flatMap(({ status }, index) => (status === "fulfilled" ? ["bcdef"[index]] : []));
      expect(won).to.have.lengthOf(1);
      expect(await eventStore.find(definition, "1")).to.deep.equal({ state: ["a", ...won], version: 2 });
    });

    it("223: recognises a triggering event, also after a restart, whatever version is expected by then", async () => {
      const storage = newStorage();
      const definition = notebook();
      const before = await startSystem({ storage });
      const from: EventEnvelope[] = [];
      await before.eventStore.create(definition, "source", all("s"), { triggeringEvent: "import-1" });
      for await (const envelope of before.readJournal.events()) from.push(envelope);
      const [trigger] = from;
      if (!trigger) return expect.fail("an event was stored");
      const options = { triggeringEvent: trigger, metadata: { by: "me" } };
      const first = await before.eventStore.create(definition, "1", all("ab"), options);
      expect(first).to.deep.equal({ version: 2, offset: 3, repeated: false });
      await before.eventStore.update(definition, "1", 2, all("c"));
      expect(await before.eventStore.update(definition, "1", 3, all("ab"), options)).to.include({ repeated: true });
      await before.terminate();
      const after = await startSystem({ storage });
      const again = await after.eventStore.create(definition, "1", all("ab"), options);
      expect(again).to.deep.equal({ version: 2, offset: 4, repeated: true });
      // The command of that name is another matter.
      const commandId = "notebook|source#1";
      expect(await after.entityRef(definition, "1").ask(note("d"), { commandId })).to.equal(4);
      const [one, two] = await historyOf(after, { persistenceId: "notebook|1" });
      const metadata = { correlationId: "notebook|source#1", causationId: "notebook|source#1", by: "me" };
      expect([one?.metadata, two?.metadata]).to.deep.equal([metadata, metadata]);
      expect(trigger.metadata).to.deep.equal({ causationId: "import-1" });
    });

    it("writes beside a live entity, which goes on with the state after it, and publishes once and in order", async () => {
      const system = await startSystem({ storage: newStorage() });
      const { eventStore } = system;
      const definition = notebook();
      const probe = new TestProbe(system);
      system.eventStream.subscribe(probe.ref, "Noted");
      const ref = system.entityRef(definition, "1");
      await ref.ask(note("a"));
      const mixed = [
        ref.ask(note("b")),
        eventStore.update(definition, "1", 2, all("cd")).then(({ version }) => version),
        ref.ask(note("e")),
        eventStore
          .update(definition, "1", 2, all("x"))
          .catch((error: unknown) => error instanceof VersionConflictError),
        ref.ask(read),
      ];
      expect(await Promise.all(mixed)).to.deep.equal([2, 4, 5, true, [..."abcde"]]);
      for (const [index, word] of [..."abcde"].entries()) {
        await probe.expectMessage(
          ({ sequenceNr, offset, event }: EventEnvelope<Noted>) =>
            sequenceNr === index + 1 && offset === index + 1 && event.word === word,
        );
      }
      await probe.expectNoMessage(10);
      await system.kill(ref);
      expect(await ref.ask(read)).to.deep.equal([..."abcde"]);
    });
  });
});

describe("system.eventStore", () => {
  it("reaches an entity that lives under a name of its own", async () => {
    const system = await startSystem({ storage: memoryStorage() });
    const { eventStore } = system;
    const definition = notebook();
    const ref = system.spawn(definition, "1");
    await ref.ask(note("a"));
    expect(await eventStore.update(definition, "1", 1, all("b"))).to.include({ version: 2 });
    expect(await ref.ask(read)).to.deep.equal(["a", "b"]);
  });

  it("refuses the events of one definition on the stream of another", async () => {
    const system = await startSystem({ storage: memoryStorage() });
    const { eventStore } = system;
    const persistenceId = (): string => "shared";
    const [one, two] = ["one", "two"].map((entityType) => notebook({}, { entityType, persistenceId }));
    if (!one || !two) return expect.fail("two definitions were made");
    await system.entityRef(one, "1").ask(note("a"));
    expect(await rejection(eventStore.update(two, "1", 1, all("b")))).to.be.instanceOf(NameTakenError);
    expect(await system.entityRef(one, "1").ask(read)).to.deep.equal(["a"]);
  });

  it("passes tagger, snapshot rule and deliveries like a command", async () => {
    const system = await startSystem({ storage: memoryStorage() });
    const { eventStore } = system;
    const probe = new TestProbe(system);
    const definition = notebook(
      {},
      {
        tagger: ({ word }) => [word],
        snapshots: { every: 2 },
        deliveries: {
          begins: ({ word }) => (word === "b" ? [{ to: "probe", message: (id) => ({ id }) }] : []),
          confirms: () => [],
          destination: () => probe.ref,
        },
      },
    );
    system.eventStream.subscribe(probe.ref, "SnapshotSaved");
    await eventStore.create(definition, "1", all("ab"));
    const heard = [await probe.expectMessage<object>(() => true), await probe.expectMessage<object>(() => true)];
    expect(heard.map((message) => ("id" in message ? message : "SnapshotSaved"))).to.have.deep.members([
      { id: "2-1" },
      "SnapshotSaved",
    ]);
    const tags = (await historyOf(system, { persistenceId: "notebook|1" })).map((envelope) => envelope.tags);
    expect(tags).to.deep.equal([["a"], ["b"]]);
  });

  it("gives find and update values of their own: no caller can change the state of an entity", async () => {
    const system = await startSystem({ storage: memoryStorage() });
    const { eventStore } = system;
    const definition = notebook({}, { eventHandler: (words, { word }) => [...words, word] as Words });
    const event = { type: "Noted" as const, word: "a" };
    const write = eventStore.create(definition, "1", [event]);
    Object.assign(event, { word: "changed" });
    await write;
    const found = await eventStore.find(definition, "1");
    (found.state as string[]).push("changed");
    expect(await system.entityRef(definition, "1").ask(read)).to.deep.equal(["a"]);
    expect(await eventStore.find(definition, "1")).to.deep.equal({ state: ["a"], version: 1 });
  });

  it("stores nothing when an event is damaged, or the event handler refuses it", async () => {
    const system = await startSystem({ storage: memoryStorage() });
    const { eventStore } = system;
    const eventHandler = (words: Words, { word }: Noted): Words => {
      if (word === "poison") throw new Error("refused");
      return [...words, word];
    };
    const definition = notebook({}, { eventHandler });
    const damaged = { type: "Noted", word: "x", at: new Date(0) } as Noted;
    expect(await rejection(eventStore.create(definition, "1", [noted("a"), damaged]))).to.be.instanceOf(
      SerializationError,
    );
    const poison = eventStore.create(definition, "1", [noted("a"), noted("poison")]);
    expect(await rejection(poison)).to.be.instanceOf(ActorFailedError);
    expect(await eventStore.create(definition, "1", all("ab"))).to.include({ version: 2 });
    expect(await eventStore.find(definition, "1")).to.deep.equal({ state: ["a", "b"], version: 2 });
  });

  it("answers when the events are durable, and a conflict with what is not durable only when that is", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: storage });
    const { eventStore } = system;
    const definition = notebook();
    storage.hold("append");
    let answers = 0;
    const written = eventStore.create(definition, "1", all("a")).finally(() => answers++);
    await quiet();
    const conflict = rejection(eventStore.create(definition, "1", all("b"))).finally(() => answers++);
    await quiet();
    expect(answers).to.equal(0);
    storage.release("append");
    expect(await written).to.include({ version: 1 });
    expect(await conflict).to.be.instanceOf(VersionConflictError);
  });

  it("does not know the outcome of a failed write, and a triggering event makes it safe to repeat", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: storage });
    const { eventStore } = system;
    const definition = notebook();
    storage.failNext("append");
    const options = { triggeringEvent: "t-1" };
    const failed = await rejection(eventStore.create(definition, "1", all("a"), options));
    expect(failed).to.be.instanceOf(PersistFailedError);
    expect(await eventStore.create(definition, "1", all("a"), options)).to.include({ repeated: false });
    expect(await eventStore.create(definition, "1", all("a"), options)).to.include({ repeated: true });
  });

  it("finds without waking an entity", async () => {
    const system = await startSystem({ storage: memoryStorage() });
    const { eventStore } = system;
    const definition = notebook();
    const ref = system.entityRef(definition, "1");
    await ref.ask(note("a"));
    await system.stop(ref);
    const events: unknown[] = [];
    system.eventStream.asObservable().subscribe((event) => events.push(event));
    expect(await eventStore.find(definition, "1")).to.deep.equal({ state: ["a"], version: 1 });
    expect(events).to.deep.equal([]);
  });

  it("tells mistakes of the caller as TypeErrors", async () => {
    const system = await startSystem({ storage: memoryStorage() });
    const { eventStore } = system;
    const definition = notebook();
    const mistakes = [
      eventStore.create(definition, "1", []),
      eventStore.create(definition, "1", "a" as never),
      eventStore.update(definition, "1", -1, all("a")),
      eventStore.update(definition, "1", 0.5, all("a")),
      eventStore.update(definition, "1", 0, undefined as never),
      eventStore.update(definition, "", 0, all("a")),
      eventStore.update(definition, "1", 0, all("a"), { triggeringEvent: "" }),
      eventStore.update(definition, "1", 0, all("a"), { timeoutMs: 0 }),
      eventStore.update({} as never, "1", 0, []),
      eventStore.find(undefined as never, "1"),
      eventStore.find(definition, ""),
    ];
    for (const mistake of mistakes) expect(await rejection(mistake)).to.be.instanceOf(TypeError);
    expect(await eventStore.find(definition, "1")).to.deep.equal({ state: [], version: 0 });
  });

  it("needs a storage", async () => {
    const system = await ActorSystem.create("none");
    expect(() => system.eventStore).to.throw(TypeError, /no storage/);
    await system.terminate();
  });
});
