/** Somebody else writes to the stream of a live entity: the entity notices, recovers and goes on correctly. */
import { expect } from "chai";
import { type ActorSystem, PersistRejectedError, type Storage, VersionConflictError } from "rekindle";
import { TestProbe } from "rekindle/testkit";
import type { AppendRequest, Journal } from "#src/storage/journal.js";
import { alteredStorage } from "../support/altered-storage.ts";
import { onEveryStorage } from "../support/every-storage.ts";
import { note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";

/** A system together with the journal that it writes to. */
async function systemAndJournal(storage: Storage): Promise<{ system: ActorSystem; journal: Journal }> {
  let journal: Journal | undefined;
  const system = await startSystem({
    storage: alteredStorage(storage, {
      journal: (opened) => {
        journal = opened;
        return {};
      },
    }),
  });
  if (!journal) throw new Error("the storage was not opened");
  return { system, journal };
}

function foreign(sequenceNr: number, word: string): AppendRequest {
  const payload = JSON.stringify(noted(word));
  const event = { type: "Noted", version: 1, timestamp: 1, tags: [], metadata: undefined, payload };
  return { persistenceId: "notebook|1", entityType: "notebook", entityId: "1", sequenceNr, events: [event] };
}

onEveryStorage((newStorage) => {
  describe("an entity whose stream somebody else has written to", () => {
    it("107, 229: has its next write refused, recovers, and goes on after the foreign event", async () => {
      const { system, journal } = await systemAndJournal(newStorage());
      const ref = system.entityRef(notebook(), "1");
      await ref.ask(note("a"));
      await journal.append(foreign(2, "foreign"));
      const error = await rejection(ref.ask(note("refused")));
      expect(error).to.be.instanceOf(PersistRejectedError);
      expect((error as PersistRejectedError).cause).to.be.instanceOf(VersionConflictError);
      expect(await ref.ask(read)).to.deep.equal(["a", "foreign"]);
      expect(await ref.ask(note("b"))).to.equal(3);
      expect(await wordsStored(system, ref)).to.deep.equal(["1 a", "2 foreign", "3 b"]);
    });

    it("has a write of the event store face refused as the conflict that it is, and takes the next one", async () => {
      const { system, journal } = await systemAndJournal(newStorage());
      const definition = notebook();
      const ref = system.entityRef(definition, "1");
      await ref.ask(note("a"));
      await journal.append(foreign(2, "foreign"));
      const error = await rejection(system.eventStore.update(definition, "1", 1, [noted("refused")]));
      expect(error).to.be.instanceOf(VersionConflictError);
      expect(error).to.include({ expectedVersion: 1, actualVersion: 2 });
      expect(await system.eventStore.update(definition, "1", 2, [noted("b")])).to.include({ version: 3 });
      expect(await ref.ask(read)).to.deep.equal(["a", "foreign", "b"]);
    });

    it("is told so by a signal, once for each command", async () => {
      const { system, journal } = await systemAndJournal(newStorage());
      const signals = new TestProbe(system);
      const definition = notebook(
        {},
        {
          onSignal: (_words, signal) => {
            if (signal.type === "PersistRejected") signals.ref.tell(signal.command);
          },
        },
      );
      const ref = system.entityRef(definition, "1");
      await ref.ask(read);
      await journal.append(foreign(1, "foreign"));
      const refused = ["x", "y"].map((word) => rejection(ref.ask(note(word))));
      await Promise.all(refused);
      await signals.expectMessage(note("x"));
      await signals.expectMessage(note("y"));
      expect(await ref.ask(note("b"))).to.equal(2);
    });

    it("stores nothing of what it decides in the turns after the refused write", async () => {
      const { system, journal } = await systemAndJournal(newStorage());
      const definition = notebook({
        // The awaited decision makes every command a turn of its own, so that many writes follow the foreign one.
        Slow: async (_words, order, { effect }) => {
          await Promise.resolve();
          return effect.persist(noted(String(order.word))).thenReply(order, (words) => words.join());
        },
      });
      const ref = system.entityRef(definition, "1");
      await ref.ask(note("a"));
      void journal.append(foreign(2, "foreign"));
      const asked = ["b", "c", "d", "e"].map((word) => ref.ask({ type: "Slow", word }).catch(() => "refused"));
      const answers = await Promise.all(asked);
      const stored = (await wordsStored(system, ref)).map((row) => row.split(" ")[1]);
      expect(answers[0]).to.equal("refused");
      const acknowledged = answers.filter((answer) => answer !== "refused");
      const words = ["b", "c", "d", "e"].filter((_word, index) => answers[index] !== "refused");
      expect(stored).to.deep.equal(["a", "foreign", ...words]);
      if (acknowledged.length > 0) expect(acknowledged.at(-1)).to.equal(stored.join());
    });
  });
});
