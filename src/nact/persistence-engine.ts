/** nact's persistence engine over any storage of this library. */
import type { PersistedEvent, PersistedSnapshot, PersistenceEngine } from "nact";
import { systemClock } from "../clock.ts";
import { PersistFailedError, PersistRejectedError, StorageCorruptedError, VersionConflictError } from "../errors.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import type { Storage } from "../storage/storage.ts";
import { toAppendRequest, toPersistedSnapshot, toSnapshotRecord } from "./nact-record.ts";
import { PersistedEvents } from "./persisted-events.ts";
import { readEvents } from "./read-events.ts";
import { StoreOnDemand } from "./store-on-demand.ts";
import { assertEngineOptions, assertKey, type PersistenceEngineOptions, streamIdentity } from "./stream-identity.ts";

/** What nact's `configurePersistence` takes. Wrong arguments reject with a TypeError. */
export interface NactPersistenceEngine extends PersistenceEngine {
  /**
   * The events of `key` in order.
   *
   * @param offset only events after this sequence number. Default 0
   * @param limit at most so many. Default: all
   * @param tags only events that have every one of these tags. Default: all
   * @throws (as a rejection of what is returned) StorageCorruptedError when one is damaged or missing
   */
  events(key: string, offset?: number, limit?: number, tags?: readonly string[]): PersistedEvents;

  /**
   * The newest snapshot that nact took and that can be read; undefined when there is none, which nact's declaration forgets.
   * A key that had a failure may be written again: its actor is recovering.
   */
  latestSnapshot(key: string): Promise<PersistedSnapshot>;

  /** @throws SerializationError, or PersistRejectedError when it would hold what is not in the journal */
  takeSnapshot(snapshot: PersistedSnapshot): Promise<void>;

  /**
   * Resolves when the event is durable. After a failure the key takes nothing more until its actor has recovered.
   *
   * @throws SerializationError naming the path that JSON would damage; VersionConflictError when the event does not follow the
   * last one stored; PersistRejectedError; PersistFailedError when the outcome is unknown
   */
  persist(event: PersistedEvent): Promise<void>;

  /** Opens the store, which the first use does otherwise. @throws whatever the storage throws, such as StorageLockedError */
  ready(): Promise<void>;

  /** Finishes the writes that are pending and closes the store; later calls of other methods reject with StorageFailedError. */
  close(): Promise<void>;
}

/**
 * Keeps the events and snapshots of nact's persistent actors and queries in a storage:
 * `start(configurePersistence(persistenceEngine(levelStorage("data"))))`. The store is opened by the first use; an attempt that
 * fails rejects that use, and the next one tries again.
 *
 * @throws TypeError when the storage or an option is of the wrong kind
 */
export function persistenceEngine(storage: Storage, options: PersistenceEngineOptions = {}): NactPersistenceEngine {
  if (typeof storage?.open !== "function") {
    throw new TypeError("persistenceEngine takes a storage made by levelStorage(), memoryStorage() or the like");
  }
  assertEngineOptions(options);
  return new Engine(storage, options);
}

class Engine implements NactPersistenceEngine {
  readonly #options: PersistenceEngineOptions;
  readonly #store: StoreOnDemand;
  /** Keys whose actor has counted an event that may not be stored, and why. */
  readonly #suspended = new Map<string, unknown>();

  constructor(storage: Storage, options: PersistenceEngineOptions) {
    const { clock = systemClock, onFailure = () => {} } = options;
    this.#options = options;
    this.#store = new StoreOnDemand(storage, clock, onFailure);
  }

  events(key: string, offset?: number, limit?: number, tags?: readonly string[]): PersistedEvents {
    const window = { offset: offset ?? 0, limit: limit ?? Number.POSITIVE_INFINITY, tags: tags ?? [] };
    return new PersistedEvents(() => readEvents(() => this.#store.opened("reading events"), key, window));
  }

  async latestSnapshot(key: string): Promise<PersistedSnapshot>;
  async latestSnapshot(key: string): Promise<PersistedSnapshot | undefined> {
    assertKey(key);
    // nact's actor asks for its snapshot whenever it begins anew, and counts from what it is then given.
    this.#suspended.delete(key);
    const { snapshots } = await this.#store.opened("loading a snapshot");
    return newestOfNact(snapshots, key);
  }

  async takeSnapshot(snapshot: PersistedSnapshot): Promise<void> {
    const record = toSnapshotRecord(snapshot);
    const { persistenceId, sequenceNr } = record;
    this.#assertNotSuspended(persistenceId);
    const { journal, snapshots } = await this.#store.opened("saving a snapshot");
    // A query keeps its snapshots under a key that has no events.
    const highest = await journal.highestSequenceNr(persistenceId);
    if (highest > 0 && sequenceNr > highest) {
      throw new PersistRejectedError(
        persistenceId,
        new Error(`the snapshot at ${sequenceNr} is ahead of the journal, which ends at ${highest}`),
      );
    }
    await snapshots.save(record);
  }

  async persist(event: PersistedEvent): Promise<void> {
    if (typeof event !== "object" || event === null) throw new TypeError("an event must be an object");
    const identity = streamIdentity(this.#options, event.key);
    this.#assertNotSuspended(event.key);
    try {
      const request = toAppendRequest(event, identity);
      const { journal } = await this.#store.opened("persisting an event");
      await journal.append(request).catch((error: unknown) => {
        throw persistError(event.key, error);
      });
    } catch (error) {
      this.#suspended.set(event.key, error);
      throw error;
    }
  }

  async ready(): Promise<void> {
    await this.#store.opened("opening");
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /**
   * nact counts an event before it is stored and does not count back. Its next one would leave a gap, or follow an event
   * that is stored after all and that the actor's state does not have.
   */
  #assertNotSuspended(key: string): void {
    if (!this.#suspended.has(key)) return;
    const cause = this.#suspended.get(key);
    throw new PersistRejectedError(
      key,
      cause,
      `Nothing more of ${JSON.stringify(key)} is stored: an earlier event failed, and its actor has not recovered since. Answer \`reset\` in its onCrash.`,
    );
  }
}

function persistError(key: string, error: unknown): unknown {
  const nothingStored = error instanceof VersionConflictError || error instanceof PersistRejectedError;
  return nothingStored ? error : new PersistFailedError(key, error);
}

/** A snapshot is a cache: one that is damaged, or that an entity saved, is passed over. */
async function newestOfNact(snapshots: SnapshotStore, key: string): Promise<PersistedSnapshot | undefined> {
  for (let maxSequenceNr = Number.MAX_SAFE_INTEGER; ; ) {
    try {
      const stored = await snapshots.load(key, { maxSequenceNr });
      const snapshot = stored && toPersistedSnapshot(stored);
      if (!stored || snapshot) return snapshot;
      maxSequenceNr = stored.sequenceNr - 1;
    } catch (error) {
      if (!(error instanceof StorageCorruptedError)) throw error;
      const [damaged] = await snapshots.list(key, { maxSequenceNr });
      if (!damaged) throw error;
      maxSequenceNr = damaged.sequenceNr - 1;
    }
  }
}
