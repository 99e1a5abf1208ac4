/** The store that a case works on: opened before it, closed and removed after it. */
import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import type { Journal } from "../storage/journal.ts";
import type { Maintenance } from "../storage/maintenance.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import type { OpenStorage, Storage, StorageContext } from "../storage/storage.ts";

const firstNowMs = Date.UTC(2024, 0, 1);

/** Always the store of the case that is running. */
export class StoreUnderTest {
  /** What the store's clock shows, in milliseconds since the epoch. It stands still unless a case moves it. */
  nowMs: number = firstNowMs;
  readonly #openStorage: () => Storage | Promise<Storage>;
  readonly #remove: ((storage: Storage) => void | Promise<void>) | undefined;
  #storage: Storage | undefined;
  #open: OpenStorage | undefined;
  #failures: Error[] = [];

  constructor(openStorage: () => Storage | Promise<Storage>, remove?: (storage: Storage) => void | Promise<void>) {
    this.#openStorage = openStorage;
    this.#remove = remove;
  }

  get journal(): Journal {
    return this.#opened().journal;
  }

  get snapshots(): SnapshotStore {
    return this.#opened().snapshots;
  }

  get maintenance(): Maintenance {
    return this.#opened().maintenance;
  }

  /** What the store tells of streams without a past; one that does not say is one that cannot tell. */
  async untouched(persistenceIds: readonly string[]): Promise<readonly boolean[]> {
    const { untouched } = this.#opened();
    return untouched ? untouched.call(this.#opened(), persistenceIds) : persistenceIds.map(() => false);
  }

  forget(persistenceId: string): void {
    this.#opened().forget?.(persistenceId);
  }

  /** The runner calls it before each case. */
  async begin(): Promise<void> {
    this.nowMs = firstNowMs;
    this.#failures = [];
    this.#storage = await this.#openStorage();
    await this.open();
  }

  /** The runner calls it after each case. A failure that the store reported meanwhile fails the case. */
  async end(): Promise<void> {
    const storage = this.#storage;
    await this.#open?.close();
    this.#open = undefined;
    this.#storage = undefined;
    if (storage) await this.#remove?.(storage);
    assert.deepEqual(this.#failures, [], "the store reported a failure");
  }

  async open(): Promise<void> {
    this.#open = await this.openAnother();
  }

  /** Opens the storage a second time, which an exclusive one refuses. */
  async openAnother(): Promise<OpenStorage> {
    assert.ok(this.#storage, "the store is used outside of a case");
    const clock = { ...systemClock, now: () => this.nowMs };
    const context: StorageContext = { clock, onFailure: (error) => this.#failures.push(error) };
    return this.#storage.open(context);
  }

  /** Closes the store and hands it over as it is then, to be tried in vain. */
  async close(): Promise<OpenStorage> {
    const open = this.#opened();
    this.#open = undefined;
    await open.close();
    return open;
  }

  async reopen(): Promise<void> {
    await this.close();
    await this.open();
  }

  #opened(): OpenStorage {
    assert.ok(this.#open, "the store is not open");
    return this.#open;
  }
}
