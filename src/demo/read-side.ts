/** What follows the events of the shop while it is open: the checkout, and the read models in a SQLite file beside the store. */
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import type { ActorSystem } from "rekindle";
import { type RunningProjection, runProjection } from "rekindle/projection";
import { type SqliteViews, sqliteViews } from "rekindle/sqlite";
import { checkout } from "./checkout.ts";
import { readModels } from "./read-models.ts";
import { tablesOf } from "./tables.ts";

/** How long the checkout and the read models may take for what is left to be done, in milliseconds. */
const followTimeoutMs = 60_000;

/** The file of the read models of a store. */
export function viewsFile(folder: string): string {
  return `${resolve(folder)}-views.db`;
}

/** Read models of a store that is gone would wait for its offsets for ever. */
export function removeViews(folder: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(viewsFile(folder) + suffix, { force: true });
}

/** Goes on where it stood. */
export class ReadSide {
  readonly #system: ActorSystem;
  readonly #views: SqliteViews;
  readonly #checkout: RunningProjection;
  readonly #models: readonly RunningProjection[];

  constructor(system: ActorSystem, folder: string) {
    this.#system = system;
    this.#views = sqliteViews(viewsFile(folder));
    this.#models = readModels(this.#views).map((model) => runProjection(system, model));
    this.#checkout = runProjection(system, checkout);
  }

  /** The tables with everything up to this offset in them, and all that the checkouts up to there have led to. */
  async tables(offset: number): Promise<readonly string[]> {
    const options = { timeoutMs: followTimeoutMs };
    await this.#checkout.waitFor(offset, options);
    const end = this.#system.readJournal.currentOffset();
    await Promise.all(this.#models.map((model) => model.waitFor(end, options)));
    // Without any event nobody has waited for the tables to be made.
    return end === 0 ? [] : tablesOf(this.#views);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#checkout, ...this.#models].map((projection) => projection.stop()));
  }

  async close(): Promise<void> {
    await this.stop();
    this.#views.close();
  }
}
