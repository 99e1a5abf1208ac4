/** A cleanly closed store of thousands of events, with tables, a log, snapshots and deletions: what the damages are done to. */
import { levelStorage } from "rekindle/level";
import { systemClock } from "#src/clock.js";
import type { OpenStorage } from "#src/storage/storage.js";

const sessions = 4;
/** How many streams it has: `stream 0` and so on. */
export const streams = 24;
const appendsPerSession = 320;
const eventsPerAppendMax = 5;

/** Returns how many events were stored. */
export async function buildStore(folder: string): Promise<number> {
  const next = new Map<string, number>();
  let events = 0;
  for (let session = 0; session < sessions; session++) {
    const store = await levelStorage(folder).open({ clock: systemClock, onFailure: () => undefined });
    const appends: Promise<unknown>[] = [];
    for (let n = 0; n < appendsPerSession; n++) {
      const id = `stream ${(n * 7 + session) % streams}`;
      const count = 1 + ((n * 13 + session) % eventsPerAppendMax);
      appends.push(append(store, id, next, count));
      events += count;
      // Groups of some dozens, so that there are many commits.
      if (n % 40 === 0) await Promise.all(appends.splice(0));
    }
    await Promise.all(appends);
    await endSession(store, session, next);
  }
  return events;
}

function append({ journal }: OpenStorage, id: string, next: Map<string, number>, count: number): Promise<unknown> {
  const sequenceNr = next.get(id) ?? 1;
  next.set(id, sequenceNr + count);
  const events = Array.from({ length: count }, (_, index) => ({
    type: "Added",
    version: 1,
    timestamp: 1_700_000_000_000 + index,
    tags: index % 3 === 0 ? ["third"] : [],
    metadata: undefined,
    payload: JSON.stringify({ type: "Added", id, n: sequenceNr + index, text: `${Math.imul(sequenceNr, 0x9e3779b1)}` }),
  }));
  return journal.append({ persistenceId: id, entityType: "stream", entityId: id, sequenceNr, events });
}

/** The last writes are a snapshot and a deletion in one session, and an event in another. */
async function endSession(store: OpenStorage, session: number, next: Map<string, number>): Promise<void> {
  for (let n = 0; n < streams; n += 5) {
    const persistenceId = `stream ${n}`;
    const sequenceNr = (next.get(persistenceId) ?? 1) - 1;
    await store.snapshots.save({ persistenceId, sequenceNr, schemaVersion: 1, state: JSON.stringify({ session, n }) });
  }
  await store.journal.deleteTo(`stream ${session}`, 10);
  await store.close();
}
