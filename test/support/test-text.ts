/** The tests of a file, found in its text: the title and the body of every `it`. */
import { blank, lineAt } from "./source-text.ts";

export interface TestText {
  readonly line: number;
  /** Everything between the parentheses of `it(…)`, strings and comments blanked out. */
  readonly body: string;
}

/** Every call of `it`; a method of that name that is declared or defined is none. */
export function testsOf(source: string): TestText[] {
  const code = blank(source, "comments and strings");
  const tests: TestText[] = [];
  for (const { index, 0: opening } of code.matchAll(/(?<![\w$.])it\s*\(/g)) {
    const end = closing(code, index + opening.length);
    if (/^\s*[:{]/.test(code.slice(end + 1))) continue;
    tests.push({ line: lineAt(code, index), body: code.slice(index + opening.length, end) });
  }
  return tests;
}

/** Where the parenthesis closes that opens right before `from`. */
function closing(code: string, from: number): number {
  let depth = 1;
  for (let at = from; at < code.length; at++) {
    if (code[at] === "(") depth++;
    else if (code[at] === ")" && --depth === 0) return at;
  }
  return code.length;
}

const id = String.raw`(?:\d+b?|(?:J|SN|D|P)\d+|(?:Current)?(?:EventsByPersistenceId|EventsByTag|PersistenceIds|AllEvents))`;
const numbered = `["'\`](?<ids>${id}(?:, ${id})*): `;
const inTitle = new RegExp(String.raw`(?<![\w$.])it\(\s*${numbered}`, "g");
const inTable = new RegExp(numbered, "g");
const inContract = /["'`](?<ids>(?:J|SN)\d+) /g;

/**
 * The scenarios whose tests are in a file: their numbers open the titles. Where titles come out of a table, the table is searched;
 * the contract suites of src/tck write `J1 replay …` without a colon.
 */
export function scenariosIn(path: string, source: string): Set<string> {
  const code = blank(source, "comments");
  const fromTable = /(?<![\w$.])it\((?!\s*["'`])/.test(code);
  const pattern = path.startsWith("src/tck/") ? inContract : fromTable ? inTable : inTitle;
  return new Set([...code.matchAll(pattern)].flatMap((match) => match.groups?.ids?.split(", ") ?? []));
}
