/** Runs a row: in each round everybody takes a turn, so that a busy minute is nobody's bad luck alone. */
import type { Figures } from "./figures.ts";
import { type Measured, type RowResult, rowResult } from "./result.ts";
import type { Row } from "./rows/row.ts";
import { runTrial, type TrialSurroundings } from "./run-trial.ts";

/** Told before every trial. */
export type Progress = (line: string) => void;

export async function runRow(
  row: Row,
  rounds: number,
  surroundings: TrialSurroundings,
  progress: Progress,
): Promise<RowResult> {
  const figures = new Map<string, Figures[]>(row.subjects.map(({ name }) => [name, []]));
  const failures = new Map<string, string>();
  const limit = Math.min(rounds, row.roundsMax ?? rounds);
  for (let round = 1; round <= limit; round++) {
    for (const { name, trial } of row.subjects) {
      if (failures.has(name)) continue;
      progress(`row ${row.id}, round ${round} of ${limit}: ${name}`);
      try {
        figures.get(name)?.push(await runTrial(trial, surroundings));
      } catch (error) {
        failures.set(name, error instanceof Error ? error.message : String(error));
      }
    }
  }
  const measured = row.subjects.map(({ name }): [string, Measured] => {
    const failure = failures.get(name);
    return [name, failure === undefined ? { rounds: figures.get(name) ?? [] } : { rounds: [], failure }];
  });
  return rowResult(row, new Map(measured));
}
