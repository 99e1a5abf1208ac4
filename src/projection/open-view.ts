/** Finds the view of a projection, in as many slices as are wanted, or begins it. */
import type { StoredView } from "../storage/view-store.ts";
import { delay } from "./delay.ts";
import { GenerationRun, type GenerationRunParts } from "./generation-run.ts";
import { isStoreFailure } from "./handler-failure.ts";
import { storeBackoffMs } from "./projection-limits.ts";

/** Each slice at the same offset. */
export function evenOffsets(slices: number, offset: number): readonly number[] {
  return Array.from({ length: slices }, () => offset);
}

export async function openView(parts: GenerationRunParts, signal: AbortSignal): Promise<StoredView> {
  const { store, definition } = parts;
  const { name, slices, steps } = definition;
  const view = (await store.find(name)) ?? (await steps.begin(store, name, evenOffsets(slices, 0)));
  for (const { generation, offsets } of view.generations) {
    if (offsets.length === slices) continue;
    const highest = Math.max(...offsets);
    if (offsets.some((offset) => offset < highest)) {
      // The slices of before come together first: in the new division an event may belong to another one.
      await endedBy(signal, new GenerationRun({ ...parts, until: highest }, { generation, offsets }));
    }
    if (signal.aborted) return view;
    await store.layOut({ name, generation }, evenOffsets(slices, highest));
  }
  return (await store.find(name)) ?? view;
}

async function endedBy(signal: AbortSignal, run: GenerationRun): Promise<void> {
  const stop = (): void => {
    run.stop().catch(() => undefined);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    await run.ended;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Tries again while it is the store that fails. Undefined when the signal was aborted. */
export async function whileStoreFails<T>(
  { host, reports }: GenerationRunParts,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  for (let delayMs = storeBackoffMs.min; !signal.aborted; delayMs = Math.min(delayMs * 2, storeBackoffMs.max)) {
    try {
      return await work();
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      reports.failed(undefined, error);
      await delay(host.clock, delayMs, signal);
    }
  }
  return undefined;
}
