/** Damages copies of one store, salvages each, and holds what came out against what was stored. */
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { salvageStore } from "rekindle/level";
import { damageStore } from "./damage.js";
import { dice } from "./plan.js";
import { contentOf, type Reading, type StoreContent } from "./store-content.js";
import { buildStore, streams } from "./store-to-damage.js";

/** More damages at a time leave gaps in more places. */
const damagesMax = 3;

/**
 * - `whole`: everything is there, and nothing is said to be missing.
 * - `noted`: everything is there; something in the files could not be read.
 * - `prefix`: of some streams only the beginning is there, and the report says so.
 * - `refused`: there is nothing that could be salvaged, by an error of the library.
 * - `wrong`: an altered event, one too few, or a loss that is not told of.
 */
export type SalvageOutcome = "whole" | "noted" | "prefix" | "refused" | "wrong";

/** One damaged and salvaged store. */
export interface SalvageTrial {
  readonly n: number;
  readonly damage: string;
  readonly outcome: SalvageOutcome;
  readonly detail: string;
}

/** An event without its offset, which is given anew. */
type EventText = string;

/** All trials of one seed. */
export class SalvageTrials {
  readonly #root: string;
  readonly #seed: number;
  readonly #ids: readonly string[] = Array.from({ length: streams }, (_, n) => `stream ${n}`);
  readonly #stored = new Map<string, readonly EventText[]>();

  constructor(root: string, seed: number) {
    this.#root = root;
    this.#seed = seed;
  }

  /** Builds the store. Returns how many events are in it. */
  async prepare(): Promise<number> {
    const events = await buildStore(join(this.#root, "original"));
    const content = await contentOf(join(this.#root, "original"), this.#ids);
    for (const id of this.#ids) this.#stored.set(id, eventsOf(content, id).rows);
    return events;
  }

  async run(n: number): Promise<SalvageTrial> {
    const damaged = join(this.#root, "damaged");
    const salvaged = join(this.#root, "salvaged");
    for (const folder of [damaged, salvaged]) await rm(folder, { recursive: true, force: true });
    await cp(join(this.#root, "original"), damaged, { recursive: true });
    const damages: string[] = [];
    for (let more = dice(this.#seed, n, -4)(damagesMax); more >= 0; more--)
      damages.push(await damageStore(damaged, this.#seed, n * damagesMax + more));
    const damage = damages.join("; ");
    return { n, damage, ...(await this.#salvage(damaged, salvaged)) };
  }

  async #salvage(damaged: string, salvaged: string): Promise<Pick<SalvageTrial, "outcome" | "detail">> {
    const wrong = (detail: string) => ({ outcome: "wrong", detail }) as const;
    let told: readonly string[];
    try {
      const { missing, unreadable } = await salvageStore(damaged, salvaged);
      told = [...missing, ...unreadable];
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      return code === "STORAGE_FORMAT" ? { outcome: "refused", detail: String(error) } : wrong(String(error));
    }
    const content = await contentOf(salvaged, this.#ids);
    if (content.error !== undefined) return wrong(content.error);
    // At least what the damaged store itself still gives, when it opens at all.
    const readable = await contentOf(damaged, this.#ids);
    let lost = 0;
    for (const id of this.#ids) {
      const { rows, error } = eventsOf(content, id);
      const stored = this.#stored.get(id) ?? [];
      if (error !== undefined) return wrong(`${id}: ${error}`);
      // Events that were deleted come back when nothing is left that says so.
      const kept = rows.slice(rows.length - countFrom(rows, stored[0]));
      if (kept.some((row, at) => row !== stored[at])) return wrong(`${id} has events that were never stored so`);
      if (kept.length < (eventsOf(readable, id).rows.length ?? 0)) return wrong(`${id}: more of it can be read`);
      lost += stored.length - kept.length;
    }
    if (lost > 0)
      return told.length > 0 ? { outcome: "prefix", detail: told[0] ?? "" } : wrong(`${lost} events, silently`);
    return { outcome: told.length > 0 ? "noted" : "whole", detail: told[0] ?? "" };
  }
}

function eventsOf({ readings }: StoreContent, id: string): Reading {
  const { rows, error } = readings[`events of ${id}`] ?? { rows: [] };
  return { rows: rows.map((row) => row.replace(/"offset":\d+,/, "")), error };
}

/** How many rows there are from the first stored one on. */
function countFrom(rows: readonly EventText[], first: EventText | undefined): number {
  const at = first === undefined ? -1 : rows.indexOf(first);
  return at < 0 ? rows.length : rows.length - at;
}
