/** The storage port over a simulated disk. Every operation is done at a time of the seed's choice, if at all. */
import { type Storage, StorageFailedError } from "rekindle";
import type { OpenStorage, StorageContext } from "#src/storage/storage.js";
import { SimulatedJournal } from "./simulated-journal.ts";
import { simulatedMaintenance } from "./simulated-maintenance.ts";
import { SimulatedSnapshots } from "./simulated-snapshots.ts";
import { StoreInUse, type StoreSurroundings, simulatedLocation } from "./store-in-use.ts";

/** Opened by one process life after the other. */
export class SimulatedStorage implements Storage {
  readonly description: string = simulatedLocation;
  readonly #around: StoreSurroundings;
  #inUse: { readonly store: StoreInUse; readonly journal: SimulatedJournal } | undefined;

  constructor(around: StoreSurroundings) {
    this.#around = around;
  }

  /** Nothing can be written until it is opened again. */
  get failed(): boolean {
    return this.#inUse?.store.failure !== undefined;
  }

  async open({ onFailure }: StorageContext): Promise<OpenStorage> {
    if (this.#inUse) throw new Error("the simulated store is open already");
    const { time, weather } = this.#around;
    await time.sleep(weather.latencyMs());
    if (weather.strikes("open")) throw new StorageFailedError(simulatedLocation, "opening");
    const store = new StoreInUse(this.#around, onFailure);
    const journal = new SimulatedJournal(store);
    this.#inUse = { store, journal };
    return {
      journal,
      snapshots: new SimulatedSnapshots(store),
      maintenance: simulatedMaintenance,
      close: async () => {
        await journal.whenIdle();
        await store.pause();
        store.closed = true;
        this.#inUse = undefined;
      },
    };
  }

  /** The process that has it open dies now. */
  crash(): void {
    if (!this.#inUse) return;
    const { store, journal } = this.#inUse;
    this.#inUse = undefined;
    journal.crash();
    store.crashed = true;
  }
}
