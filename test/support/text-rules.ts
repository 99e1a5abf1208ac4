/** Rules for the text of every file: its length, its first sentence, the constructs this code base does without, cycles. */
import type { FileMap } from "./project.ts";
import { targetOf } from "./room-rules.ts";
import { blank, importsOf, lineAt } from "./source-text.ts";

const linesMax = 300;

interface Construct {
  readonly name: string;
  readonly pattern: RegExp;
}

const inCode: readonly Construct[] = [
  { name: "any", pattern: /(?<![.\w$])any\b(?!\s*[(=])/g },
  { name: "as unknown as", pattern: /\bas\s+unknown\s+as\b/g },
  { name: "non-null assertion", pattern: /[\w$)\]]!(?!=)/g },
  { name: "enum", pattern: /\benum\s+[\w$]+\s*\{/g },
  { name: "namespace", pattern: /\b(?:namespace|module)\s+[\w$.]+\s*\{/g },
  { name: "decorator", pattern: /(?<=^[ \t]*)@[\w$]/gm },
];
const inText: readonly Construct[] = [{ name: "unfinished work", pattern: /\b(?:TODO|FIXME)\b/g }];

export function longFiles(files: FileMap): string[] {
  return [...files].flatMap(([path, source]) => {
    const lines = source.trimEnd().split("\n").length;
    return lines > linesMax ? [`${path}:${linesMax + 1} has ${lines} lines, more than ${linesMax}`] : [];
  });
}

/** A file opens with one sentence that says what it is, after a `#!` line if it has one. */
export function filesWithoutOpening(files: FileMap): string[] {
  const opening = /^(?:#![^\n]*\n)?(?:\/\/ +[^\n]*(?:\n\/\/[^\n]*)*|\/\*\*\s[\s\S]*?\*\/)/;
  return [...files].flatMap(([path, source]) => {
    const sentence = opening.exec(source)?.[0].replace(/^#![^\n]*\n/, "");
    return sentence && /\w[^.]*\./.test(sentence)
      ? []
      : [`${path}:1 does not open with a sentence that says what it is`];
  });
}

export function forbiddenConstructs(files: FileMap): string[] {
  return [...files].flatMap(([path, source]) => {
    const find = (text: string, constructs: readonly Construct[]): string[] =>
      constructs.flatMap(({ name, pattern }) =>
        [...text.matchAll(pattern)].map(({ index }) => {
          const line = lineAt(source, index);
          return `${path}:${line} ${name}: ${source.split("\n")[line - 1]?.trim()}`;
        }),
      );
    return [...find(source, inText), ...find(blank(source, "comments and strings"), inCode)];
  });
}

/** Cycles count whether they are made of values or of types: either way the files can only be read together. */
export function importCycles(files: FileMap): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];

  const visit = (path: string): void => {
    trail.push(path);
    for (const { specifier, line } of importsOf(files.get(path) ?? "")) {
      const target = targetOf(path, specifier);
      if (target === undefined || !files.has(target) || done.has(target)) continue;
      const start = trail.indexOf(target);
      if (start < 0) visit(target);
      else cycles.push(`${path}:${line} closes the cycle ${[...trail.slice(start), target].join(" → ")}`);
    }
    trail.pop();
    done.add(path);
  };

  for (const path of files.keys()) if (!done.has(path)) visit(path);
  return cycles;
}
