/** A stand-in for LevelDB that keeps every write back until it is told to let it go, or to fail. */
import type { BatchTarget, WriteBatch } from "#src/level/database.js";

/** A write that has been asked for. */
export interface HeldWrite {
  readonly sync: boolean;
  /** The records as text, `undefined` for a deletion, in the order of the batch. */
  readonly records: ReadonlyMap<string, string | undefined>;
  succeed(): void;
  fail(error: Error): void;
}

/** Remembers all writes. */
export class HeldTarget implements BatchTarget {
  readonly writes: HeldWrite[] = [];
  /** How many batches were thrown away. */
  discarded = 0;
  /** How many writes are neither through nor failed. */
  inFlight = 0;
  inFlightMax = 0;

  batch(): WriteBatch {
    const records = new Map<string, string | undefined>();
    return {
      put: (key, value) => records.set(key, value.toString("utf8", 4)),
      del: (key) => records.set(key, undefined),
      close: async () => {
        this.discarded++;
      },
      write: ({ sync }) =>
        new Promise((resolve, reject) => {
          this.inFlight++;
          this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
          const over = (): void => {
            this.inFlight--;
          };
          const succeed = (): void => {
            over();
            resolve();
          };
          const fail = (error: Error): void => {
            over();
            reject(error);
          };
          this.writes.push({ sync, records, succeed, fail });
        }),
    };
  }

  /** The write that was asked for last. */
  get last(): HeldWrite {
    const write = this.writes.at(-1);
    if (!write) throw new Error("nothing was written");
    return write;
  }
}
