/** The maintenance of a store that comes back by itself: one object, whichever session is beneath it. */
import type { Maintenance, VerificationReport, VerifyOptions } from "../../storage/maintenance.ts";
import { readLasting } from "./lasting-reads.ts";
import type { ReopeningStore } from "./reopening-store.ts";

/** In an outage changes and backups fail at once, and a scrub waits for its end. */
export class ReopeningMaintenance implements Maintenance {
  readonly #store: ReopeningStore;

  constructor(store: ReopeningStore) {
    this.#store = store;
  }

  verify(options?: VerifyOptions): Promise<VerificationReport> {
    return readLasting(this.#store, "verifying", ({ maintenance }) => maintenance.verify(options));
  }

  backup(directory: string): Promise<void> {
    return this.#now("backing up", (maintenance) => maintenance.backup(directory));
  }

  purge(persistenceId: string): Promise<void> {
    return this.#now("purging", (maintenance) => maintenance.purge(persistenceId));
  }

  #now(doing: string, work: (maintenance: Maintenance) => Promise<void>): Promise<void> {
    const refusal = this.#store.refusal(doing);
    return refusal ? Promise.reject(refusal) : work(this.#store.session.maintenance);
  }
}
