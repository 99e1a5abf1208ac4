/** Everything that a store gives to its readers, in a form that can be compared and sent. */
import { levelStorage } from "rekindle/level";
import { systemClock } from "#src/clock.js";
import type { OpenStorage } from "#src/storage/storage.js";

/** What one reader got: texts of rows, and the error that ended it, if one did. */
export interface Reading {
  readonly rows: readonly string[];
  readonly error?: string | undefined;
}

/** All readings by what was read; a store that cannot be opened has none. */
export interface StoreContent {
  readonly error?: string | undefined;
  readonly readings: Readonly<Record<string, Reading>>;
  readonly warnings: readonly string[];
}

/** @param ids the streams to read, whatever the store itself says */
export async function contentOf(folder: string, ids: readonly string[]): Promise<StoreContent> {
  const warnings: string[] = [];
  const onWarning = (message: string): number => warnings.push(message);
  try {
    const store = await levelStorage(folder).open({ clock: systemClock, onFailure: () => undefined, onWarning });
    try {
      return { readings: await readAll(store, ids), warnings };
    } finally {
      await store.close();
    }
  } catch (error) {
    return { error: inWords(error), readings: {}, warnings };
  }
}

async function readAll({ journal, snapshots }: OpenStorage, ids: readonly string[]): Promise<Record<string, Reading>> {
  const readings: Record<string, Reading> = {
    history: await reading(journal.readAll()),
    ids: await reading(journal.persistenceIds()),
    highestOffset: { rows: [String(journal.highestOffset())] },
  };
  for (const id of ids) {
    readings[`events of ${id}`] = await reading(journal.read(id));
    readings[`number of ${id}`] = await reading(one(journal.highestSequenceNr(id)));
    readings[`snapshot of ${id}`] = await reading(one(snapshots.load(id)));
  }
  return readings;
}

async function reading(batches: AsyncIterable<readonly unknown[]>): Promise<Reading> {
  const rows: string[] = [];
  try {
    for await (const batch of batches) rows.push(...batch.map((row) => JSON.stringify(row) ?? "nothing"));
    return { rows };
  } catch (error) {
    return { rows, error: inWords(error) };
  }
}

async function* one(value: Promise<unknown>): AsyncGenerator<readonly unknown[]> {
  yield [await value];
}

/** The code first: an error without one is none that was foreseen. */
function inWords(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "UNFORESEEN";
  return `${code} ${error instanceof Error ? error.message : String(error)}`;
}
