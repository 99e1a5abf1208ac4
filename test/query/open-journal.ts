/** A journal with live queries and nothing else around it. */
import type { Clock, EventEnvelope, Storage } from "rekindle";
import { systemClock } from "#src/clock.js";
import { toEnvelope } from "#src/persistence/event-envelope.js";
import { LiveTail } from "#src/query/live-tail.js";
import { ReadJournal } from "#src/query/read-journal.js";
import type { AppendRequest, Journal } from "#src/storage/journal.js";

export interface OpenJournal {
  readonly journal: Journal;
  readonly readJournal: ReadJournal;
  close(): Promise<void>;
}

/** Around a journal that is open. */
export function queriesOf(journal: Journal, clock: Clock = systemClock): { tail: LiveTail; readJournal: ReadJournal } {
  const types = { envelopes: (stored: Parameters<typeof toEnvelope>[0]): EventEnvelope[] => [toEnvelope(stored)] };
  const recover = (): never => {
    throw new Error("there are no entities here");
  };
  const tail = new LiveTail(journal, types, clock);
  return { tail, readJournal: new ReadJournal(journal, { ...types, recover }, tail) };
}

export async function openJournal(storage: Storage, clock: Clock = systemClock): Promise<OpenJournal> {
  const store = await storage.open({ clock: systemClock, onFailure: () => undefined });
  const { tail, readJournal } = queriesOf(store.journal, clock);
  return {
    journal: store.journal,
    readJournal,
    async close() {
      tail.close();
      await store.close();
    },
  };
}

/** A write of `count` events with these tags. */
export function writeOf(persistenceId: string, sequenceNr: number, count: number, tags: string[] = []): AppendRequest {
  const event = { type: "Noted", version: 1, timestamp: 0, tags, metadata: undefined, payload: '{"type":"Noted"}' };
  const [entityType = "", entityId = ""] = persistenceId.split("|");
  return { persistenceId, entityType, entityId, sequenceNr, events: Array.from({ length: count }, () => event) };
}
