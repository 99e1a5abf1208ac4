/** What is stored of a view beside its entries, as text: `[live, [generation, offset …] …]`. */
import type { StoredView, ViewGeneration } from "../../storage/view-store.ts";

export function viewText({ live, generations }: StoredView): string {
  return JSON.stringify([live, ...generations.map(({ generation, offsets }) => [generation, ...offsets])]);
}

/** A view out of its stored JSON; undefined when it is none. */
export function parseView(name: string, json: unknown): StoredView | undefined {
  if (!Array.isArray(json)) return undefined;
  const [live, ...rows]: unknown[] = json;
  const generations: ViewGeneration[] = [];
  for (const row of rows) {
    if (!Array.isArray(row) || row.length < 2 || !row.every((number) => Number.isSafeInteger(number))) return undefined;
    const [generation, ...offsets]: number[] = row;
    generations.push({ generation: generation ?? 0, offsets });
  }
  if (typeof live !== "number" || !generations.some(({ generation }) => generation === live)) return undefined;
  return { name, live, generations };
}
