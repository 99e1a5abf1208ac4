/** `system.storage`: what an application can do with its whole store. */
import { expect } from "chai";
import { EventsNotCoveredError, NameTakenError, RecoveryFailedError, StorageFailedError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { onEveryStorage } from "../support/every-storage.ts";
import { note, notebook, read } from "../support/notebook.ts";
import { rejection } from "../support/rejection.ts";
import { historyOf, startSystem } from "../support/start-system.ts";

describe("system.storage", () => {
  const id = "notebook|1";

  it("verifies the store", async () => {
    const system = await startSystem();
    await system.entityRef(notebook(), "1").ask(note("a"));
    expect(await system.storage.verify()).to.include({ ok: true, streams: 1, events: 1 });
  });

  it("hands a backup on to the storage", async () => {
    const system = await startSystem();
    expect(await rejection(system.storage.backup("copy"))).to.be.instanceOf(StorageFailedError);
  });

  it("is not there without a storage", async () => {
    const { ActorSystem } = await import("rekindle");
    const system = await ActorSystem.create("bare");
    expect(() => system.storage).to.throw(TypeError, /no storage/);
    await system.terminate();
  });

  describe("deleteEvents", () => {
    it("refuses to delete what no snapshot covers, unless it is forced; a live entity goes on", async () => {
      const system = await startSystem();
      const ref = system.entityRef(notebook(), "1");
      for (const word of ["a", "b", "c"]) await ref.ask(note(word));
      const error = await rejection(system.storage.deleteEvents(id, 2));
      expect(error)
        .to.be.instanceOf(EventsNotCoveredError)
        .and.to.include({ code: "EVENTS_NOT_COVERED", toSequenceNr: 2 });
      expect(await historyOf(system, ref)).to.have.lengthOf(3);
      await system.storage.deleteEvents(id, 2, { force: true });
      expect(await historyOf(system, ref)).to.have.lengthOf(1);
      expect(await ref.ask(read)).to.deep.equal(["a", "b", "c"]);
      expect(await ref.ask(note("d"))).to.equal(4);
    });

    it("deletes what a snapshot covers, and the entity recovers from that", async () => {
      const storage = memoryStorage();
      const system = await startSystem({ storage });
      const definition = notebook({}, { snapshots: { every: 2 } });
      const ref = system.entityRef(definition, "1");
      for (const word of ["a", "b", "c"]) await ref.ask(note(word));
      await system.stop(ref);
      await system.storage.deleteEvents(id, 2);
      expect(await rejection(system.storage.deleteEvents(id, 3))).to.be.instanceOf(EventsNotCoveredError);
      expect(await ref.ask(read)).to.deep.equal(["a", "b", "c"]);
    });

    it("does not count a snapshot of a schema version that the entity does not read", async () => {
      const storage = memoryStorage();
      const first = await startSystem({ storage });
      const ref = first.entityRef(notebook({}, { snapshots: { every: 2 } }), "1");
      for (const word of ["a", "b"]) await ref.ask(note(word));
      await first.terminate();
      const system = await startSystem({ storage });
      system.register(notebook({}, { snapshots: { schemaVersion: 2 } }));
      expect(await rejection(system.storage.deleteEvents(id, 2))).to.be.instanceOf(EventsNotCoveredError);
      await system.terminate();
      const unaware = await startSystem({ storage });
      await unaware.storage.deleteEvents(id, 2);
      expect(await historyOf(unaware, ref)).to.deep.equal([]);
    });

    it("does nothing where there is nothing to delete", async () => {
      const system = await startSystem();
      await system.storage.deleteEvents("notebook|never", 5);
      await system.entityRef(notebook(), "1").ask(note("a"));
      await system.storage.deleteEvents(id, 0);
      expect(await system.storage.verify()).to.include({ events: 1 });
    });
  });

  describe("purge", () => {
    it("is refused while the entity is live, and removes everything once it has stopped", async () => {
      const system = await startSystem();
      const ref = system.entityRef(notebook({}, { snapshots: { every: 1 } }), "1");
      await ref.ask(note("a"));
      expect(await rejection(system.storage.purge(id))).to.be.instanceOf(NameTakenError);
      await system.stop(ref);
      await system.storage.purge(id);
      expect(await system.storage.verify()).to.include({ ok: true, events: 0, snapshots: 0 });
    });
  });
});

onEveryStorage((newStorage) => {
  describe("purging a stream", () => {
    const id = "notebook|1";

    it("lets the next life begin empty, with numbers that follow the purged ones", async () => {
      const storage = newStorage();
      const system = await startSystem({ storage });
      const ref = system.entityRef(notebook(), "1");
      for (const word of ["a", "b"]) await ref.ask(note(word));
      await system.stop(ref);
      await system.storage.purge(id);
      expect(await ref.ask(read)).to.deep.equal([]);
      expect(await ref.ask(note("c"))).to.equal(1);
      await system.kill(ref);
      expect(await ref.ask(read)).to.deep.equal(["c"]);
      await system.terminate();

      const next = await startSystem({ storage });
      expect(await next.entityRef(notebook(), "1").ask(read)).to.deep.equal(["c"]);
      const stored = [];
      for await (const { sequenceNr } of next.readJournal.eventsByPersistenceId(id)) stored.push(sequenceNr);
      expect(stored).to.deep.equal([3]);
    });

    it("does not let a life begin empty of which only events were deleted", async () => {
      const system = await startSystem({ storage: newStorage() });
      const ref = system.entityRef(notebook(), "1");
      await ref.ask(note("a"));
      await system.stop(ref);
      await system.storage.purge(id);
      for (const word of ["b", "c"]) await ref.ask(note(word));
      await system.stop(ref);
      await system.storage.deleteEvents(id, 2, { force: true });
      expect(await rejection(ref.ask(read))).to.be.instanceOf(RecoveryFailedError);
    });
  });
});
