/** What the tests of the LevelDB backend share: a folder per case, open stores, and short ways to write and read. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LevelStorageOptions, levelStorage } from "rekindle/level";
import { systemClock } from "#src/clock.js";
import type { AppendRequest } from "#src/storage/journal.js";
import type { OpenStorage } from "#src/storage/storage.js";
import type { EventRecord, StoredEvent } from "#src/storage/stored-event.js";

/** The time that all events of the tests have. */
export const eventTime = 1_700_000_000_000;

/** A folder that is gone after the case, with the stores that were opened in it. */
export class StoreFixture {
  #root = "";
  readonly #stores: OpenStorage[] = [];
  /** What stores reported by `onFailure`. */
  readonly failures: Error[] = [];
  /** What stores reported by `onWarning`. */
  readonly warnings: string[] = [];

  /** Calls mocha's hooks for the suite that is being defined. */
  constructor() {
    beforeEach(async () => {
      this.#root = await mkdtemp(join(tmpdir(), "rekindle-level-"));
      this.failures.length = 0;
      this.warnings.length = 0;
    });
    afterEach(async () => {
      for (const store of this.#stores.splice(0)) await store.close();
      await rm(this.#root, { recursive: true, force: true });
    });
  }

  /** A path in the folder of the case. */
  path(...names: string[]): string {
    return join(this.#root, ...names);
  }

  /** Opens a store; without a location, the one in `store`. */
  async open(options: LevelStorageOptions = {}, location: string = this.path("store")): Promise<OpenStorage> {
    const onFailure = (error: Error): number => this.failures.push(error);
    const onWarning = (message: string): number => this.warnings.push(message);
    const store = await levelStorage(location, options).open({ clock: systemClock, onFailure, onWarning });
    this.#stores.push(store);
    return store;
  }
}

/** Events of one stream of carts; `"cart|7"` is of entity type `cart`. */
export function request(persistenceId: string, sequenceNr: number, ...events: EventRecord[]): AppendRequest {
  const [entityType = "", ...rest] = persistenceId.split("|");
  return { persistenceId, entityType, entityId: rest.join("|"), sequenceNr, events };
}

/** An event with the members `type` and `n`. */
export function added(n: number, more: Partial<EventRecord> = {}): EventRecord {
  const payload = JSON.stringify({ type: "Added", n });
  return { type: "Added", version: 1, timestamp: eventTime, tags: [], metadata: undefined, payload, ...more };
}

/** `count` events, the first of which says `n` = `first`. */
export function addedMany(first: number, count: number): EventRecord[] {
  return Array.from({ length: count }, (_, index) => added(first + index));
}

/** Everything that comes in batches. */
export async function collect<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

/** Events in short: `persistenceId/sequenceNr@offset`. */
export function places(events: readonly StoredEvent[]): string[] {
  return events.map(({ persistenceId, sequenceNr, offset }) => `${persistenceId}/${sequenceNr}@${offset}`);
}

/** What `promise` was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
