/** The maintenance of an actor system's store: proving it, copying it, taking events or a whole stream out of it. */
import { EventsNotCoveredError, StorageCorruptedError } from "../errors.ts";
import type { VerificationReport, VerifyOptions } from "../storage/maintenance.ts";
import type { StoredSnapshot } from "../storage/snapshot-store.ts";
import type { OpenStorage } from "../storage/storage.ts";

/** How events are deleted. */
export interface DeleteEventsOptions {
  /** Also when no readable snapshot covers them, so that the state of the entity cannot be recovered any more. Default false. */
  readonly force?: boolean;
}

/** What maintenance must know about entities. */
export interface KnownEntities {
  assertNotLive(persistenceId: string): void;
  /** Whether an entity of that type would recover from the snapshot; true for a type that is not known. */
  canRead(entityType: string, snapshot: StoredSnapshot): boolean;
}

/** See {@link ActorSystem.storage}. */
export class SystemStorage {
  readonly #store: OpenStorage;
  readonly #entities: KnownEntities;

  constructor(store: OpenStorage, entities: KnownEntities) {
    this.#store = store;
    this.#entities = entities;
  }

  /** Reads the whole store and reports every fault; it changes nothing, and writes may go on. */
  verify(options?: VerifyOptions): Promise<VerificationReport> {
    return this.#store.maintenance.verify(options);
  }

  /**
   * Copies the store, as it is between two commits, into a new `directory`, and proves the copy.
   *
   * @throws StorageFailedError when the directory exists, or the storage keeps no files
   */
  backup(directory: string): Promise<void> {
    return this.#store.maintenance.backup(directory);
  }

  /**
   * Removes the events up to and including `toSequenceNr`; their numbers are never used again. A live entity keeps its state.
   *
   * @throws EventsNotCoveredError when no snapshot that the entity can read contains them, unless forced; nothing is deleted then
   */
  async deleteEvents(
    persistenceId: string,
    toSequenceNr: number,
    { force = false }: DeleteEventsOptions = {},
  ): Promise<void> {
    const { journal } = this.#store;
    const to = Math.min(toSequenceNr, await journal.highestSequenceNr(persistenceId));
    if (!(to >= 1)) return;
    if (!force && !(await this.#isCovered(persistenceId, to))) throw new EventsNotCoveredError(persistenceId, to);
    await journal.deleteTo(persistenceId, to);
  }

  /**
   * Removes all events and snapshots of a stream. An entity with that persistence id begins its next life with its empty state; its
   * numbers are never used again, so the first event of that life follows the last one that was purged.
   *
   * @throws NameTakenError while an entity with that persistence id is live: stop it first
   */
  async purge(persistenceId: string): Promise<void> {
    this.#entities.assertNotLive(persistenceId);
    await this.#store.maintenance.purge(persistenceId);
  }

  async #isCovered(persistenceId: string, toSequenceNr: number): Promise<boolean> {
    const { snapshots } = this.#store;
    for (const { sequenceNr } of await snapshots.list(persistenceId, { minSequenceNr: toSequenceNr })) {
      try {
        const exactly = { minSequenceNr: sequenceNr, maxSequenceNr: sequenceNr };
        const snapshot = await snapshots.load(persistenceId, exactly);
        if (snapshot && (await this.#canRead(snapshot))) return true;
      } catch (error) {
        if (!(error instanceof StorageCorruptedError)) throw error;
      }
    }
    return false;
  }

  async #canRead(snapshot: StoredSnapshot): Promise<boolean> {
    for await (const [first] of this.#store.journal.read(snapshot.persistenceId, { max: 1 })) {
      if (first) return this.#entities.canRead(first.entityType, snapshot);
    }
    return true;
  }
}
