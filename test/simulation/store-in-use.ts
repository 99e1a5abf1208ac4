/** What the journal and the snapshots of one opening of the simulated store share. */
import { StorageFailedError } from "rekindle";
import type { Random } from "./random.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { Fault, Weather } from "./weather.ts";

/** Where the store says that it is. */
export const simulatedLocation = "simulated";

/** The surroundings of a simulated store. */
export interface StoreSurroundings {
  readonly disk: SimulatedDisk;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly weather: Weather;
  readonly trace: (line: string) => void;
  /** Called with every snapshot on its way into the store. */
  readonly snapshotTaken: (persistenceId: string, sequenceNr: number, state: string) => void;
}

/** One opening: until it is closed, fails as a whole, or its process crashes. */
export class StoreInUse {
  readonly around: StoreSurroundings;
  readonly #onFailure: (error: Error) => void;
  failure: Error | undefined;
  closed = false;
  crashed = false;

  constructor(around: StoreSurroundings, onFailure: (error: Error) => void) {
    this.around = around;
    this.#onFailure = onFailure;
  }

  /** As long as an operation of the storage takes; for ever after a crash. */
  async pause(): Promise<void> {
    const { time, weather } = this.around;
    await time.sleep(weather.latencyMs());
    if (this.crashed) await new Promise<never>(() => {});
  }

  /** The store as a whole fails, and says so once. */
  fail(error: Error): void {
    this.failure = error;
    this.around.trace("storage: nothing can be written any more");
    this.#onFailure(error);
  }

  /** Why nothing can be written, if so. */
  refusal(phase: string): Error | undefined {
    return this.closed ? new StorageFailedError(simulatedLocation, phase, new Error("it is closed")) : this.failure;
  }

  /** An operation that changes nothing and may fail. */
  assertWorks(phase: string, fault: Fault): void {
    if (this.closed) throw this.refusal(phase);
    if (this.around.weather.strikes(fault)) throw this.trouble(phase);
  }

  /** The error of a fault that strikes. */
  trouble(phase: string): Error {
    this.around.trace(`storage: failed while ${phase}`);
    return new StorageFailedError(simulatedLocation, phase, new Error("the simulation wants it so"));
  }
}
