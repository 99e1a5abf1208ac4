/** Rules for the tests themselves: each asserts something, none is left aside, and every scenario of Akka's has its place. */
import type { FileMap } from "./project.ts";
import { blank, lineAt } from "./source-text.ts";
import { scenariosIn, testsOf } from "./test-text.ts";

/** Functions that fail a test by themselves, beside those whose names begin with `expect` or `assert`. */
const assertingHelpers = ["rejection", "eventually", "until", "staysWhile", "acknowledgesInOrder", "refused"];

const assertion = new RegExp(String.raw`(?<![\w$])(?:(?:expect|assert)\w*|${assertingHelpers.join("|")})\s*[(.<]`);
const asideTest =
  /(?<![\w$.])(?:(?:describe|context|suite|it|specify|test)\s*\.\s*(?:only|skip)|[xf](?:describe|context|it|specify))\b|(?<![\w$])this\s*\.\s*skip\s*\(/g;

/** An `it` whose body calls nothing that could fail it. */
export function testsWithoutAssertion(files: FileMap): string[] {
  return [...files].flatMap(([path, source]) =>
    testsOf(source)
      .filter(({ body }) => !assertion.test(body))
      .map(({ line }) => `${path}:${line} asserts nothing: ${source.split("\n")[line - 1]?.trim()}`),
  );
}

/** A test or a suite that is skipped, or that keeps the others from running. */
export function testsLeftAside(files: FileMap): string[] {
  return [...files].flatMap(([path, source]) => {
    const code = blank(source, "comments and strings");
    return [...code.matchAll(asideTest)].map(({ index, 0: text }) => `${path}:${lineAt(code, index)} says ${text}`);
  });
}

/** A line of the tables in docs/akka.md. */
export interface ScenarioRow {
  readonly id: string;
  readonly line: number;
  readonly verdict: string;
  /** The file of the test, or the reason. */
  readonly where: string;
}

/** The lines of the tables: `| 36 | stash and unstash | same | test/akka/stash.test.ts |`. */
export function scenarioRows(page: string): ScenarioRow[] {
  return page.split("\n").flatMap((text, index) => {
    const [, id, , verdict, where] = text.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const heading = id === undefined || id === "" || id === "number" || /^-+$/.test(id) || where === undefined;
    return heading || !/^\w+$/.test(id) ? [] : [{ id, line: index + 1, verdict: verdict ?? "", where }];
  });
}

const reasonLengthMin = 10;

/** What is wrong between the scenarios, the tests that bear their numbers, and the page. */
export function scenarioFaults(scenarios: readonly string[], files: FileMap, page: string): string[] {
  const bearers = bearersOf(files);
  const rows = new Map<string, ScenarioRow[]>();
  for (const row of scenarioRows(page)) rows.set(row.id, [...(rows.get(row.id) ?? []), row]);
  const unknown = [...bearers.keys(), ...rows.keys()].filter((id) => !scenarios.includes(id));
  return [
    ...new Set(unknown.map((id) => `${id} is no scenario; it is in ${bearers.get(id)?.join(", ") ?? "docs/akka.md"}`)),
    ...scenarios.flatMap((id) => faultsOf(id, bearers.get(id) ?? [], rows.get(id) ?? [])),
  ];
}

function bearersOf(files: FileMap): Map<string, string[]> {
  const bearers = new Map<string, string[]>();
  for (const [path, source] of files) {
    for (const id of scenariosIn(path, source)) bearers.set(id, [...(bearers.get(id) ?? []), path]);
  }
  return bearers;
}

function faultsOf(id: string, bearers: readonly string[], rows: readonly ScenarioRow[]): string[] {
  const [row, second] = rows;
  if (!row && bearers.length === 0) return [`${id} is neither tested nor left out`];
  if (!row) return [`${id} has no line in docs/akka.md; it is tested in ${bearers.join(", ")}`];
  const at = `docs/akka.md:${row.line} ${id}`;
  if (second) return [`${at} has a second line, ${second.line}`];
  switch (row.verdict) {
    case "left out":
      if (bearers.length > 0) return [`${at} is left out, and tested in ${bearers.join(", ")}`];
      return row.where.length < reasonLengthMin ? [`${at} is left out without a reason`] : [];
    case "same":
    case "stronger":
      if (bearers.length === 0) return [`${at} is called ${row.verdict}, but no test bears its number`];
      if (bearers.some((path) => row.where.includes(path))) return [];
      return [`${at} names no file that tests it: ${bearers.join(", ")}`];
    default:
      return [`${at} is neither same, stronger nor left out, but "${row.verdict}"`];
  }
}
