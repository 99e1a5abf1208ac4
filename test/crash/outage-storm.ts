/** Plans of random outages, one after the other on one store: a writer on a failing disk, and a look at the store after it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { failingDisk } from "../level/disk-faults.ts";
import { StormLedger, stormEntities } from "./storm-ledger.js";
import { type StormPlan, stormPlan } from "./storm-plan.js";

const writer = fileURLToPath(new URL("./storm-writer.js", import.meta.url));
const patienceMs = 30_000;
/** The grace of the writer's system, and as much again for a busy machine. */
const terminateMsMax = 15_000;

/** What came of one plan. */
export interface StormReport {
  readonly n: number;
  readonly plan: StormPlan;
  /** Outages that the library told of, and openings that it refused. */
  readonly noticed: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly codes: readonly string[];
  /** Empty when all is well. */
  readonly faults: readonly string[];
}

/** All plans of one seed, on one store. */
export class OutageStorm {
  readonly #store: string;
  readonly #control: string;
  readonly #seed: number;
  readonly #ledger = new StormLedger();

  /** @param folder of its own; the library must have been compiled */
  constructor(folder: string, seed: number) {
    this.#store = join(folder, "store");
    this.#control = join(folder, "faults");
    this.#seed = seed;
  }

  async run(n: number): Promise<StormReport> {
    const plan = stormPlan(this.#seed, n);
    const before = this.#ledger.acknowledged;
    const visit = new Visit(this.#ledger);
    if (plan.illAtStart) this.#fall(plan.episodes[0]?.rules ?? []);
    else this.#fall([]);
    try {
      let child = visit.start(this.#store, n, this.#control);
      // An opening that met an error is refused, and comes through once the disk is well.
      if (!(await visit.opened(child))) {
        this.#fall([]);
        child = visit.start(this.#store, n, this.#control);
        if (!(await visit.opened(child))) visit.faults.push("it cannot be opened with a disk that is well");
      }
      await this.#weather(plan, visit, child);
    } catch (error) {
      visit.faults.push(error instanceof Error ? error.message : String(error));
    } finally {
      this.#fall([]);
      visit.kill();
    }
    await visit.ended;
    const faults = [...visit.faults, ...(await this.#ledger.check(this.#store).catch((error) => [String(error)]))];
    const { noticed, refused, codes } = visit;
    const acknowledged = this.#ledger.acknowledged - before;
    return { n, plan, noticed, acknowledged, refused, codes: [...codes], faults };
  }

  async #weather({ episodes, end, killAfterMs }: StormPlan, visit: Visit, child: ChildProcess): Promise<void> {
    for (const [at, { rules, illMs, wellMs }] of episodes.entries()) {
      this.#fall([]);
      await sleep(wellMs);
      this.#fall(rules);
      const last = at === episodes.length - 1;
      if (last && end === "kill while ill") return sleep(killAfterMs);
      await sleep(illMs);
      if (last && end === "terminate while ill") return visit.finish(child);
    }
    this.#fall([]);
    if (end === "kill when well") return sleep(killAfterMs);
    await visit.answersOfAll();
    await visit.finish(child);
  }

  /** At once for whoever reads it: a rule must not be seen half written. */
  #fall(rules: readonly string[]): void {
    writeFileSync(`${this.#control}.new`, rules.join("\n"));
    renameSync(`${this.#control}.new`, this.#control);
  }
}

/** One writer, and what it says. */
class Visit {
  readonly faults: string[] = [];
  readonly codes: Set<string> = new Set<string>();
  noticed = 0;
  refused = 0;
  ended: Promise<unknown> = Promise.resolve();
  readonly #ledger: StormLedger;
  #child: ChildProcess | undefined;
  #isOpen = false;
  #terminated: { readonly tookMs: number; readonly unsettled: number } | undefined;
  readonly #answers = new Map<number, number>();

  constructor(ledger: StormLedger) {
    this.#ledger = ledger;
  }

  start(store: string, n: number, control: string): ChildProcess {
    const child = spawn(process.execPath, [writer, store, String(n)], { env: failingDisk(control) });
    this.#child = child;
    this.ended = once(child, "close");
    child.stdin.on("error", () => undefined);
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.faults.push(`the writer complains: ${text}`));
    createInterface(child.stdout).on("line", (line) => this.#hear(line.split(" ")));
    return child;
  }

  kill(): void {
    this.#child?.kill("SIGKILL");
  }

  async opened(child: ChildProcess): Promise<boolean> {
    await this.#until("the writer is open, or refused", () => this.#isOpen || child.exitCode !== null);
    if (!this.#isOpen) await this.ended;
    return this.#isOpen;
  }

  /** Every entity answers again, without a new process. */
  async answersOfAll(): Promise<void> {
    const before = new Map(this.#answers);
    const more = (entity: number): boolean => (this.#answers.get(entity) ?? 0) > (before.get(entity) ?? 0);
    const all = Array.from({ length: stormEntities }, (_, entity) => entity);
    await this.#until("every entity answers when the disk is well", () => all.every(more));
  }

  /** The system terminates in bounded time, and nobody is left without an answer. */
  async finish(child: ChildProcess): Promise<void> {
    child.stdin?.write("finish\n");
    await this.#until("the writer has ended", () => child.exitCode !== null || child.signalCode !== null);
    await this.ended;
    const { tookMs, unsettled } = this.#terminated ?? { tookMs: Number.POSITIVE_INFINITY, unsettled: -1 };
    if (tookMs > terminateMsMax) this.faults.push(`terminate took ${tookMs} ms`);
    if (unsettled !== 0) this.faults.push(`${unsettled} asks were never settled`);
  }

  #hear([word, ...rest]: readonly string[]): void {
    const [first = 0, second = 0, third = 0] = rest.map(Number);
    if (word === "ack" && rest.length === 3) {
      this.#ledger.add(first, second, third);
      this.#answers.set(first, (this.#answers.get(first) ?? 0) + 1);
    } else if (word === "open") this.#isOpen = true;
    else if (word === "terminated") this.#terminated = { tookMs: first, unsettled: second };
    else if (word === "refused") this.#refusal(rest.join(" "));
    else if (word === "storage" && rest[0] === "failed") this.#noticed(rest.slice(1).join(" "));
    else if (word === "not" && rest[0] === "opened") this.#noticed(rest.slice(1).join(" "));
    else if (word !== "storage") this.faults.push(`the writer says: ${[word, ...rest].join(" ")}`);
  }

  #noticed(code: string): void {
    this.noticed++;
    this.codes.add(code);
    // Nothing on the disk is damaged: whoever says so is wrong.
    if (!/^STORAGE_(?:FAILED|FULL)$/.test(code)) this.faults.push(`the library tells of ${code}`);
  }

  #refusal(code: string): void {
    this.refused++;
    this.codes.add(code);
    if (!/^(?:PERSIST_FAILED|RECOVERY_FAILED|ASK_TIMEOUT|ACTOR_STOPPED)$/.test(code))
      this.faults.push(`an ask was refused with ${code}`);
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const end = performance.now() + patienceMs;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`not within ${patienceMs} ms: ${what}`);
      await sleep(10);
    }
  }
}
