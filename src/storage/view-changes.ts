/** What becomes of a view when it is begun, taken further, switched: the same for every backend. */
import { ViewConflictError } from "../errors/view-conflict-error.ts";
import type { StoredView, ViewGeneration, ViewStep, ViewVersion } from "./view-store.ts";

/** The generation of this number. */
export function generationOf(view: StoredView | undefined, generation: number): ViewGeneration | undefined {
  return view?.generations.find((one) => one.generation === generation);
}

/** The view with a new generation, and its number. */
export function withGeneration(
  name: string,
  view: StoredView | undefined,
  offsets: readonly number[],
): { readonly view: StoredView; readonly generation: number } {
  const generation = Math.max(0, ...(view?.generations ?? []).map((one) => one.generation)) + 1;
  const live = view?.live ?? generation;
  const kept = view?.generations.filter((one) => one.generation === live) ?? [];
  return { view: { name, live, generations: [...kept, { generation, offsets: [...offsets] }] }, generation };
}

/** The view with other offsets in one generation. @throws ViewConflictError when there is no such generation */
export function withOffsets(
  { name, generation }: ViewVersion,
  view: StoredView | undefined,
  offsets: readonly number[],
): StoredView {
  if (!view || !generationOf(view, generation)) throw new ViewConflictError(name, offsets[0] ?? 0, 0);
  const generations = view.generations.map((one) => (one.generation === generation ? { generation, offsets } : one));
  return { ...view, generations };
}

/** The view after a step. @throws ViewConflictError when its slice does not stand where the step begins */
export function withStep(step: ViewStep, view: StoredView | undefined): StoredView {
  const { name, generation, slice, expectedOffset, offset } = step;
  const offsets = generationOf(view, generation)?.offsets ?? [];
  const actual = offsets[slice];
  if (actual !== expectedOffset) throw new ViewConflictError(name, expectedOffset, actual ?? 0);
  return withOffsets(step, view, offsets.with(slice, offset));
}

/** The view with nothing but this generation, which is live. */
export function withLive(version: ViewVersion, view: StoredView | undefined): StoredView {
  const next = generationOf(view, version.generation);
  if (!view || !next) throw new ViewConflictError(version.name, 0, 0);
  return { name: version.name, live: version.generation, generations: [next] };
}

/** The view without a generation; undefined when that leaves nothing of it. */
export function withoutGeneration(view: StoredView, generation: number | undefined): StoredView | undefined {
  if (generation === undefined || generation === view.live) return undefined;
  return { ...view, generations: view.generations.filter((one) => one.generation !== generation) };
}
