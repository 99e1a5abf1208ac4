/** Damages copies of one store, has each read by another process, and says what became of it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ContentRequest } from "./content-reader.js";
import { damageStore } from "./damage.js";
import type { Reading, StoreContent } from "./store-content.js";
import { buildStore, streams } from "./store-to-damage.js";

const reader = fileURLToPath(new URL("./content-reader.js", import.meta.url));
const readingMsMax = 60_000;

/**
 * - `detected`: an error of the library said so, and what was read is a beginning of what is right.
 * - `harmless`: everything was read as it was acknowledged.
 * - `silent`: something else was given out as if it were right.
 * - `crash`: the reader ended, hung, or met an error that nobody foresaw.
 */
export type Outcome = "detected" | "harmless" | "silent" | "crash";

/** One damage. */
export interface Trial {
  readonly n: number;
  readonly damage: string;
  readonly outcome: Outcome;
  readonly detail: string;
}

/** All trials of one seed. */
export class DamageTrials {
  readonly #root: string;
  readonly #seed: number;
  #expected: StoreContent = { readings: {}, warnings: [] };
  #ids: readonly string[] = [];
  #child: ChildProcess | undefined;

  constructor(root: string, seed: number) {
    this.#root = root;
    this.#seed = seed;
  }

  /** Builds the store. Returns how many events are in it. */
  async prepare(): Promise<number> {
    const events = await buildStore(this.#original);
    this.#ids = Array.from({ length: streams }, (_, n) => `stream ${n}`);
    this.#expected = await this.#readCopy(async () => undefined);
    const { error } = this.#expected;
    if (error !== undefined) throw new Error(`The undamaged store cannot be read: ${error}`);
    return events;
  }

  async run(n: number): Promise<Trial> {
    let damage = "";
    const content = await this.#readCopy(async (folder) => {
      damage = await damageStore(folder, this.#seed, n);
    }).catch((error: unknown) => String(error));
    if (typeof content === "string") return { n, damage, outcome: "crash", detail: content };
    return { n, damage, ...this.#judge(content) };
  }

  close(): void {
    this.#child?.kill();
    this.#child = undefined;
  }

  get #original(): string {
    return join(this.#root, "original");
  }

  async #readCopy(damage: (folder: string) => Promise<void>): Promise<StoreContent> {
    const folder = join(this.#root, "damaged");
    await rm(folder, { recursive: true, force: true });
    await cp(this.#original, folder, { recursive: true });
    await damage(folder);
    return this.#read({ folder, ids: this.#ids });
  }

  async #read(request: ContentRequest): Promise<StoreContent> {
    this.#child ??= fork(reader, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const child = this.#child;
    const given = new AbortController();
    const { signal } = given;
    const timer = setTimeout(() => child.kill("SIGKILL"), readingMsMax);
    try {
      const answer = once(child, "message", { signal });
      const end = once(child, "exit", { signal }).then((how) => {
        this.#child = undefined;
        throw new Error(`the reader ended: ${how.join(" ")}`);
      });
      end.catch(() => undefined);
      child.send(request);
      const [content] = (await Promise.race([answer, end])) as [StoreContent];
      return content;
    } finally {
      clearTimeout(timer);
      given.abort();
    }
  }

  #judge({ error, readings, warnings }: StoreContent): { readonly outcome: Outcome; readonly detail: string } {
    if (error !== undefined) return { outcome: foreseen(error) ? "detected" : "crash", detail: error };
    const errors: string[] = [];
    for (const [what, expected] of Object.entries(this.#expected.readings)) {
      const found = readings[what];
      const problem = found ? difference(expected, found) : "it was not read";
      if (problem !== undefined) return { outcome: "silent", detail: `${what}: ${problem}` };
      if (found?.error !== undefined) errors.push(`${what}: ${found.error}`);
    }
    const unforeseen = errors.find((each) => !foreseen(each.slice(each.indexOf(": ") + 2)));
    if (unforeseen !== undefined) return { outcome: "crash", detail: unforeseen };
    return errors[0] === undefined
      ? { outcome: "harmless", detail: warnings.join("; ") }
      : { outcome: "detected", detail: errors[0] };
  }
}

/** What was read without an error must be everything; with one, the beginning of it. */
function difference(expected: Reading, found: Reading): string | undefined {
  const wrong = found.rows.findIndex((row, at) => row !== expected.rows[at]);
  if (wrong >= 0) return `row ${wrong} is ${found.rows[wrong]} instead of ${expected.rows[wrong]}`;
  if (found.error !== undefined || found.rows.length === expected.rows.length) return undefined;
  return `${found.rows.length} rows instead of ${expected.rows.length}`;
}

function foreseen(error: string): boolean {
  return /^STORAGE_(?:CORRUPTED|FAILED|FORMAT) /.test(error);
}
