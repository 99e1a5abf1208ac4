/** Opens the store of a command line for as long as a task takes. */
import { systemClock } from "../clock.ts";
import { assertStore, levelStorage } from "../level.ts";
import type { OpenStorage } from "../storage/storage.ts";
import type { Output } from "./output.ts";

/** @throws whatever opening throws; a store is never made */
export async function withStore<T>(
  output: Output,
  location: string,
  task: (store: OpenStorage) => Promise<T>,
): Promise<T> {
  await assertStore(location);
  const store = await levelStorage(location).open({
    clock: systemClock,
    onFailure: (error) => output.problem(`rekindle: ${error.message}`),
    onWarning: (message) => output.problem(`rekindle: ${message}`),
  });
  try {
    return await task(store);
  } finally {
    await store.close();
  }
}
