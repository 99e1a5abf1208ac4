/** Time travel: the state of an entity after any of its events, or at any time. */
import { expect } from "chai";
import type { ActorSystem, PastMoment, Storage } from "rekindle";
import { RecoveryFailedError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { ManualClock } from "rekindle/testkit";
import { StorageCorruptedError } from "#src/errors.js";
import { alteredStorage } from "../support/altered-storage.ts";
import { onEveryStorage } from "../support/every-storage.ts";
import { note, notebook } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";

const hourMs = 3_600_000;

async function startAt(storage: Storage): Promise<{ system: ActorSystem; clock: ManualClock }> {
  const clock = new ManualClock();
  return { system: await startSystem({ storage, clock }), clock };
}

onEveryStorage((newStorage) => {
  describe("stateAt", () => {
    const definition = notebook({}, { snapshots: { every: 3, keep: 2 } });
    const words = ["a", "b", "c", "d", "e", "f", "g"];
    let system: ActorSystem;
    let beganAt: number;

    beforeEach(async () => {
      const { system: started, clock } = await startAt(newStorage());
      system = started;
      beganAt = clock.now();
      for (const word of words) {
        clock.advance(hourMs);
        await system.entityRef(definition, "1").ask(note(word));
      }
    });

    async function at(moment?: PastMoment): Promise<unknown> {
      const { state, sequenceNr } = await system.readJournal.stateAt(definition, "1", moment);
      expect(state).to.have.lengthOf(sequenceNr);
      return state;
    }

    it("gives the state after every event, and the newest without a moment or past the end", async () => {
      for (let sequenceNr = 0; sequenceNr <= words.length; sequenceNr++)
        expect(await at({ sequenceNr })).to.deep.equal(words.slice(0, sequenceNr));
      for (const moment of [undefined, {}, { sequenceNr: 99 }, { sequenceNr: Number.POSITIVE_INFINITY }])
        expect(await at(moment)).to.deep.equal(words);
    });

    it("gives the state at a time: every event up to it, and no later one", async () => {
      for (let hour = 0; hour <= words.length + 1; hour++) {
        const timestamp = beganAt + hour * hourMs;
        expect(await at({ timestamp })).to.deep.equal(words.slice(0, hour));
        expect(await at({ timestamp: timestamp - 1 })).to.deep.equal(words.slice(0, Math.max(hour - 1, 0)));
      }
      expect(await at({ timestamp: beganAt + 5 * hourMs, sequenceNr: 3 })).to.deep.equal(["a", "b", "c"]);
      expect(await at({ timestamp: beganAt + 2 * hourMs, sequenceNr: 6 })).to.deep.equal(["a", "b"]);
    });

    it("gives the empty state of an entity that has no event", async () => {
      const nobody = await system.readJournal.stateAt(definition, "nobody", { sequenceNr: 4 });
      expect(nobody).to.deep.equal({ state: [], sequenceNr: 0 });
    });

    it("begins with a snapshot when the events before it are deleted, and says when none reaches", async () => {
      await system.storage.deleteEvents("notebook|1", 3);
      expect(await at({ sequenceNr: 3 })).to.deep.equal(["a", "b", "c"]);
      expect(await at({ timestamp: beganAt + 5 * hourMs })).to.deep.equal(["a", "b", "c", "d", "e"]);
      for (const moment of [{ sequenceNr: 2 }, { timestamp: beganAt + 2 * hourMs }, { timestamp: 0 }]) {
        const error = await rejection(system.readJournal.stateAt(definition, "1", moment));
        expect(error).to.be.instanceOf(RecoveryFailedError);
        expect(String(error)).to.match(/events 1 to \d are deleted/);
      }
    });

    it("does not take what was purged for empty", async () => {
      await system.stop(system.entityRef(definition, "1"));
      await system.storage.purge("notebook|1");
      const error = await rejection(system.readJournal.stateAt(definition, "1", { sequenceNr: 4 }));
      expect(error).to.be.instanceOf(RecoveryFailedError);
      const now = await system.readJournal.stateAt(definition, "1");
      expect(now).to.deep.equal({ state: [], sequenceNr: 7 });
    });

    it("refuses a moment of the wrong kind, and names what is wrong", async () => {
      for (const [moment, name] of [
        [{ sequenceNr: -1 }, "sequenceNr"],
        [{ sequenceNr: 1.5 }, "sequenceNr"],
        [{ timestamp: "2024-01-01" }, "timestamp"],
        [{ timestamp: Number.NaN }, "timestamp"],
        [null, "moment"],
      ] as const) {
        const error = await rejection(system.readJournal.stateAt(definition, "1", moment as PastMoment));
        expect(error).to.be.instanceOf(TypeError);
        expect(String(error)).to.contain(name);
      }
    });
  });
});

describe("stateAt", () => {
  it("loads the nearest snapshot, reads only the events after it, and passes over a damaged one", async () => {
    const definition = notebook({}, { snapshots: { every: 10, keep: 9 } });
    const storage = memoryStorage();
    const first = await startSystem({ storage });
    const ref = first.entityRef(definition, "1");
    for (let n = 1; n <= 45; n++) await ref.ask(note(String(n)));
    await first.terminate();

    const reads: unknown[] = [];
    let damaged = 0;
    const system = await startSystem({
      storage: alteredStorage(storage, {
        journal: (journal) => ({
          read(id, range) {
            reads.push(range?.fromSequenceNr);
            return journal.read(id, range);
          },
        }),
        snapshots: (snapshots) => ({
          async load(id, criteria) {
            const found = await snapshots.load(id, criteria);
            if (found?.sequenceNr === damaged) throw new StorageCorruptedError("memory", "snapshot", "it is torn");
            return found;
          },
        }),
      }),
    });
    const lengthAt = async (sequenceNr: number): Promise<number> =>
      (await system.readJournal.stateAt(definition, "1", { sequenceNr })).state.length;
    expect(await lengthAt(37)).to.equal(37);
    damaged = 30;
    expect(await lengthAt(37)).to.equal(37);
    expect(reads).to.deep.equal([31, 21]);
  });
});
