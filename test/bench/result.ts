/** What a run measured, as it is stored. */
import { median } from "./measure.ts";
import type { Column, Quantity, Row, RowSubject, Target } from "./rows/row.ts";

/** A value of every round. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface SubjectResult {
  readonly name: string;
  readonly role: RowSubject["role"];
  /** By the name of the figure; empty when it failed. */
  readonly figures: Readonly<Record<string, Spread>>;
  readonly failure?: string;
}

export interface TargetResult {
  readonly text: string;
  /** Of the medians, with the spread over the rounds; absent when somebody failed. */
  readonly ratio?: Spread;
  readonly verdict: "met" | "missed" | "not measured";
}

export interface RowResult {
  readonly id: string;
  readonly title: string;
  readonly rounds: number;
  readonly columns: readonly Column[];
  readonly subjects: readonly SubjectResult[];
  readonly targets: readonly TargetResult[];
}

/** What somebody measured, round by round. */
export interface Measured {
  readonly rounds: readonly Readonly<Record<string, number>>[];
  readonly failure?: string;
}

export function rowResult(row: Row, measured: ReadonlyMap<string, Measured>): RowResult {
  const { id, title, columns } = row;
  const subjects = row.subjects.map(({ name, role }): SubjectResult => {
    const { rounds = [], failure } = measured.get(name) ?? {};
    const names = Object.keys(rounds[0] ?? {});
    const figures = Object.fromEntries(
      names.map((figure) => [figure, spread(rounds.map((round) => round[figure] ?? 0))]),
    );
    return { name, role, figures, ...(failure !== undefined && { failure }) };
  });
  const rounds = Math.max(...[...measured.values()].map((each) => each.rounds.length));
  return { id, title, rounds, columns, subjects, targets: row.targets.map((target) => targetResult(target, measured)) };
}

function targetResult(target: Target, measured: ReadonlyMap<string, Measured>): TargetResult {
  const { text, of, against, atLeast = 0, atMost = Number.POSITIVE_INFINITY } = target;
  const ours = valuesOf(of, measured);
  const theirs = against ? valuesOf(against, measured) : ours.map(() => 1);
  if (ours.length === 0 || theirs.length === 0) return { text, verdict: "not measured" };
  const { min, max } = spread(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
  const ratio = median(ours) / median(theirs);
  return { text, ratio: { median: ratio, min, max }, verdict: ratio >= atLeast && ratio <= atMost ? "met" : "missed" };
}

function valuesOf({ subject, figure }: Quantity, measured: ReadonlyMap<string, Measured>): number[] {
  return (measured.get(subject)?.rounds ?? []).flatMap((round) => round[figure] ?? []);
}

function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
