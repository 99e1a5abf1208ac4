/** Runs a row: in each round everybody takes a turn, so that a busy minute is nobody's bad luck alone. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Figures } from "./figures.ts";
import { type Measured, type RowResult, rowResult } from "./result.ts";
import type { Row, RowSubject } from "./rows/row.ts";
import { runTrial, type TrialSurroundings, withStoreIn } from "./run-trial.ts";

/** Told before every trial. */
export type Progress = (line: string) => void;

export async function runRow(
  row: Row,
  rounds: number,
  surroundings: TrialSurroundings,
  progress: Progress,
): Promise<RowResult> {
  const folder = await mkdtemp(join(surroundings.folder, "rekindle-bench-"));
  try {
    const turns = row.subjects.map((subject, index) => new Turns(subject, join(folder, String(index)), surroundings));
    const limit = Math.min(rounds, row.roundsMax ?? rounds);
    for (let round = 1; round <= limit; round++) {
      for (const each of turns) {
        progress(`row ${row.id}, round ${round} of ${limit}: ${each.subject.name}`);
        await each.take();
      }
    }
    return rowResult(row, new Map(turns.map((each) => [each.subject.name, each.measured])));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The turns of one subject; after a failure it takes no more. */
class Turns {
  readonly subject: RowSubject;
  readonly #folder: string;
  readonly #surroundings: TrialSurroundings;
  readonly #rounds: Figures[] = [];
  #failure: string | undefined;
  #prepared = false;

  constructor(subject: RowSubject, folder: string, surroundings: TrialSurroundings) {
    this.subject = subject;
    this.#folder = folder;
    this.#surroundings = surroundings;
  }

  get measured(): Measured {
    return this.#failure === undefined ? { rounds: this.#rounds } : { rounds: [], failure: this.#failure };
  }

  async take(): Promise<void> {
    if (this.#failure !== undefined) return;
    try {
      this.#rounds.push(await this.#run());
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
    }
  }

  async #run(): Promise<Figures> {
    const { trial, prepare } = this.subject;
    const environment = { ...this.#surroundings.environment, ...this.subject.environment };
    const { folder } = this.#surroundings;
    if (!prepare) return withStoreIn(folder, (store) => runTrial(trial, store, environment));
    const store = join(this.#folder, "store");
    if (!this.#prepared) {
      await mkdir(this.#folder);
      await runTrial(prepare, store, environment);
      this.#prepared = true;
    }
    return runTrial(trial, store, environment);
  }
}
