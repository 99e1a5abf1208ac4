/** A row's result as plain text, for a terminal of 80 columns. */
import type { RowResult, Spread, SubjectResult, TargetResult } from "./result.ts";
import type { Column } from "./rows/row.ts";

const nameWidth = 30;
const valueWidth = 12;
const spreadWidth = 22;
const ratioWidth = 9;
/** Of a number that is no count: so many that differ. */
const significantDigits = 3;

export function table({ id, title, columns, subjects, targets }: RowResult): string {
  const failed = subjects.filter(({ failure }) => failure !== undefined);
  return [
    `${id.padEnd(3)} ${title}`,
    ...columns.flatMap((column) => columnLines(column, subjects)),
    ...failed.map(({ name, failure }) => `    ${name} failed: ${failure}`),
    ...targets.map(targetLine),
    "",
  ].join("\n");
}

function columnLines(column: Column, subjects: readonly SubjectResult[]): string[] {
  const { figure, unit } = column;
  const shown = subjects.filter(({ figures }) => figures[figure]);
  const ours = shown.find(({ role }) => role === "ours");
  const compared = shown.some(({ role }) => role !== "ours");
  const heading = unit.padStart(nameWidth + valueWidth + 4) + "min – max".padStart(spreadWidth);
  return [
    compared ? heading + "ours ×".padStart(ratioWidth) : heading,
    ...shown.map((subject) => subjectLine(subject, column, ours)),
  ];
}

function subjectLine(subject: SubjectResult, { figure, digits }: Column, ours: SubjectResult | undefined): string {
  const values = subject.figures[figure];
  if (!values) return "";
  const mark = { ours: "*", ceiling: "^", rival: " " }[subject.role];
  const median = number(values.median, digits).padStart(valueWidth);
  const spread = `${number(values.min, digits)} – ${number(values.max, digits)}`.padStart(spreadWidth);
  const ratio = ours && subject.role !== "ours" ? ratioTo(ours.figures[figure], values).padStart(ratioWidth) : "";
  return `  ${mark} ${subject.name.padEnd(nameWidth)}${median}${spread}${ratio}`;
}

function ratioTo(ours: Spread | undefined, theirs: Spread): string {
  return ours ? (ours.median / theirs.median).toFixed(2) : "";
}

function targetLine({ text, ratio, verdict }: TargetResult): string {
  if (!ratio) return `    target ${text}: ${verdict}`;
  const [median, min, max] = [ratio.median, ratio.min, ratio.max].map(short);
  return `    target ${text}: ${median} (${min} – ${max}), ${verdict}`;
}

function short(value: number): string {
  const digits = Math.max(0, significantDigits - 1 - Math.floor(Math.log10(Math.max(Math.abs(value), 1))));
  return number(value, digits);
}

export function number(value: number, digits: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
