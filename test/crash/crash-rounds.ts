/** Kills writers on one store, round after round, and looks at the store after each. */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { type Check, Ledger } from "./ledger.js";
import { type Moment, momentInWords, momentOf } from "./plan.js";

const writer = fileURLToPath(new URL("./writer.js", import.meta.url));

/** One kill, and what was there after it. */
export interface Round extends Check {
  readonly round: number;
  readonly moment: string;
  readonly acknowledged: number;
  readonly tookMs: number;
}

/** All rounds on one store. */
export class CrashRounds {
  readonly ledger: Ledger;
  readonly #folder: string;
  readonly #seed: number;
  #round = 0;

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#seed = seed;
    this.ledger = new Ledger(seed);
  }

  /** @throws Error naming seed and round when anything is not as it was acknowledged */
  async next(): Promise<Round> {
    this.#round++;
    const round = this.#round;
    const began = performance.now();
    const moment = momentOf(this.#seed, round);
    const acknowledged = await this.#kill(round, moment);
    const check = await this.check();
    if (check.faults.length > 0) throw this.#error(momentInWords(moment), check.faults);
    return { ...check, round, moment: momentInWords(moment), acknowledged, tookMs: performance.now() - began };
  }

  /** Opens the store and holds it against everything acknowledged so far. */
  async check(): Promise<Check> {
    const system = await ActorSystem.create("check", { storage: levelStorage(this.#folder), askTimeoutMs: 60_000 });
    try {
      return await this.ledger.check(system, this.#round);
    } finally {
      await system.terminate();
    }
  }

  /** Runs a writer until its moment. Resolves with the number of its answers, when it is gone and all it said is read. */
  async #kill(round: number, moment: Moment): Promise<number> {
    const args = [writer, this.#folder, String(this.#seed), String(round)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let acknowledged = 0;
    let snapshots = 0;
    let errors = "";
    const kill = (): boolean => child.kill("SIGKILL");
    if (moment.after === "start") setTimeout(kill, moment.delayMs);
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    createInterface(child.stdout).on("line", (line) => {
      const [word, ...numbers] = line.split(" ");
      if (word === "ack" && numbers.length === 3) {
        const [n = 0, revision = 0, total = 0] = numbers.map(Number);
        this.ledger.add({ round, n, revision, total });
        acknowledged++;
        if (moment.after === "answers" && acknowledged === moment.count) kill();
      } else if (word === "snapshot") {
        snapshots++;
        if (moment.after === "snapshot is asked for" && snapshots === moment.count) kill();
      } else if (word === "recovering" && moment.after === "recovery begins") {
        setTimeout(kill, moment.delayMs);
      } else if (word === "done") {
        kill();
      }
    });
    const signal = await closed(child);
    if (signal !== "SIGKILL") throw this.#error(momentInWords(moment), [`the writer ended by itself: ${errors}`]);
    return acknowledged;
  }

  #error(moment: string, faults: readonly string[]): Error {
    const again = `npm run crash-test -- --seed ${this.#seed} --rounds ${this.#round}`;
    const list = faults.slice(0, 20).map((fault) => `  ${fault}`);
    return new Error(`seed ${this.#seed}, round ${this.#round} (${moment}), again with: ${again}\n${list.join("\n")}`);
  }
}

function closed(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (_code, signal) => resolve(signal));
  });
}
