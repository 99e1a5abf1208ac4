/** A row's result as plain text, for a terminal of 80 columns. */

import type { RowResult, Spread, SubjectResult, TargetResult } from "./result.ts";
import type { Column } from "./rows/row.ts";

const nameWidth = 30;
const valueWidth = 11;
const spreadWidth = 21;

export function table({ id, title, columns, subjects, targets }: RowResult): string {
  const several = columns.length > 1;
  const heading = columns.map(
    ({ unit }) => unit.padStart(valueWidth) + (several ? "" : "min – max".padStart(spreadWidth)),
  );
  const ours = subjects.find(({ role }) => role === "ours");
  const [first] = columns;
  return [
    `${id.padEnd(3)} ${title}`,
    `${" ".repeat(nameWidth + 4)}${heading.join("")}${first && !several ? "  ours ×" : ""}`,
    ...subjects.map((subject) => subjectLine(subject, columns, ours)),
    ...targets.map(targetLine),
    "",
  ].join("\n");
}

function subjectLine(subject: SubjectResult, columns: readonly Column[], ours: SubjectResult | undefined): string {
  const mark = { ours: "*", ceiling: "^", rival: " " }[subject.role];
  const name = `  ${mark} ${subject.name.padEnd(nameWidth)}`;
  if (subject.failure !== undefined) return `${name} failed: ${subject.failure.split("\n").at(-1)}`;
  const [only] = columns;
  if (columns.length > 1 || !only) return name + columns.map((column) => cell(subject, column)).join("");
  const values = subject.figures[only.figure];
  const times = ours && ours !== subject ? ratioTo(ours.figures[only.figure], values) : "";
  return `${name}${cell(subject, only)}${range(values, only).padStart(spreadWidth)}  ${times}`.trimEnd();
}

function cell({ figures }: SubjectResult, column: Column): string {
  const value = figures[column.figure];
  return (value ? number(value.median, column.digits) : "–").padStart(valueWidth);
}

function range(values: Spread | undefined, { digits }: Column): string {
  return values ? `${number(values.min, digits)} – ${number(values.max, digits)}` : "";
}

function ratioTo(ours: Spread | undefined, theirs: Spread | undefined): string {
  return ours && theirs ? (ours.median / theirs.median).toFixed(2) : "";
}

function targetLine({ text, ratio, verdict }: TargetResult): string {
  const measured = ratio ? `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} – ${ratio.max.toFixed(2)}), ` : "";
  return `    target ${text}: ${measured}${verdict}`;
}

export function number(value: number, digits: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
