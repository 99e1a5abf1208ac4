/** The snapshot port over the simulated disk: saves that are lost, delayed or damaged. */
import { StorageCorruptedError } from "rekindle";
import type {
  SnapshotCriteria,
  SnapshotMetadata,
  SnapshotRecord,
  SnapshotStore,
  StoredSnapshot,
} from "#src/storage/snapshot-store.js";
import { matchesCriteria } from "#src/storage/snapshot-store.js";
import { noMetadata } from "#src/storage/stored-event.js";
import type { DiskSnapshot } from "./simulated-disk.ts";
import { type StoreInUse, simulatedLocation } from "./store-in-use.ts";

/** Saves of one stream are done in the order of the calls; everything else whenever it pleases. */
export class SimulatedSnapshots implements SnapshotStore {
  readonly #store: StoreInUse;
  readonly #saves = new Map<string, Promise<void>>();

  constructor(store: StoreInUse) {
    this.#store = store;
  }

  async save(snapshot: SnapshotRecord): Promise<SnapshotMetadata> {
    const { persistenceId, sequenceNr } = snapshot;
    const { disk, time, weather, random, trace } = this.#store.around;
    this.#store.around.snapshotTaken(persistenceId, sequenceNr, snapshot.state);
    const turn = (this.#saves.get(persistenceId) ?? Promise.resolve()).then(() => this.#store.pause());
    this.#saves.set(persistenceId, turn);
    await turn;
    this.#assertWritable("saving a snapshot");
    const fails = weather.strikes("save");
    const damaged = weather.strikes("damage");
    if (!fails || random.chance(0.5)) {
      disk.saveSnapshot(snapshot, time.now(), damaged);
      trace(`storage: a ${damaged ? "damaged snapshot" : "snapshot"} of ${persistenceId} at ${sequenceNr}`);
    }
    await this.#store.pause();
    if (fails) throw this.#store.trouble("saving a snapshot");
    return { persistenceId, sequenceNr, timestamp: time.now() };
  }

  async load(persistenceId: string, criteria: SnapshotCriteria = {}): Promise<StoredSnapshot | undefined> {
    await this.#store.pause();
    this.#store.assertWorks("loading a snapshot", "load");
    const [newest] = this.#matching(persistenceId, criteria);
    if (!newest) return undefined;
    const { damaged, metadata, state, ...snapshot } = newest;
    if (damaged) this.#store.around.trace(`storage: ${persistenceId} found snapshot ${newest.sequenceNr} damaged`);
    if (damaged) throw new StorageCorruptedError(simulatedLocation, `snapshot ${newest.sequenceNr}`, "damaged");
    return {
      ...snapshot,
      metadata: metadata === undefined ? noMetadata : JSON.parse(metadata),
      state: JSON.parse(state),
    };
  }

  async list(persistenceId: string, criteria: SnapshotCriteria = {}): Promise<readonly SnapshotMetadata[]> {
    await this.#store.pause();
    this.#store.assertWorks("listing snapshots", "load");
    return this.#matching(persistenceId, criteria).map(({ sequenceNr, timestamp }) => ({
      persistenceId,
      sequenceNr,
      timestamp,
    }));
  }

  async delete(persistenceId: string, sequenceNr: number): Promise<void> {
    await this.#delete(persistenceId, { minSequenceNr: sequenceNr, maxSequenceNr: sequenceNr });
  }

  async deleteMatching(persistenceId: string, criteria: SnapshotCriteria): Promise<void> {
    await this.#delete(persistenceId, criteria);
  }

  /** A failure may come before, in the middle of, or after the deletion. */
  async #delete(persistenceId: string, criteria: SnapshotCriteria): Promise<void> {
    const { disk, weather, random } = this.#store.around;
    await this.#store.pause();
    this.#assertWritable("deleting snapshots");
    const fails = weather.strikes("deleteSnapshots");
    const doomed = this.#matching(persistenceId, criteria);
    const count = fails ? random.between(0, doomed.length) : doomed.length;
    for (const { sequenceNr } of doomed.slice(0, count)) disk.deleteSnapshot(persistenceId, sequenceNr);
    await this.#store.pause();
    if (fails) throw this.#store.trouble("deleting snapshots");
  }

  #matching(persistenceId: string, criteria: SnapshotCriteria): DiskSnapshot[] {
    return this.#store.around.disk.snapshots(persistenceId).filter((snapshot) => matchesCriteria(snapshot, criteria));
  }

  #assertWritable(phase: string): void {
    const refusal = this.#store.refusal(phase);
    if (refusal) throw refusal;
  }
}
