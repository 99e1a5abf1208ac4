/** TypeScript source with its comments, and on request its strings, blanked out, so that rules see code alone. */

type Blank = "comments" | "comments and strings";

const tokens = [
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)/,
  /(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')/,
  // A slash opens a pattern only where a value may start; anywhere else it divides.
  /(?<pattern>(?<=(?:^|[=(,:;!&|?{[>]|\breturn)\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*)/,
  /(?<tick>`)/,
  /(?<open>\{)/,
  /(?<close>\})/,
];
const token = new RegExp(tokens.map(({ source }) => source).join("|"), "g");
const templateText = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?<end>`|\$\{)/y;

/** Replaces with spaces and keeps every line break, so that a place in the result is the same place in the source. */
export function blank(source: string, what: Blank): string {
  const strings = what === "comments and strings";
  let out = "";
  let from = 0;
  const copyTo = (end: number, hidden: boolean): void => {
    const text = source.slice(from, end);
    out += hidden ? text.replace(/[^\n]/g, " ") : text;
    from = end;
  };
  // One counter of open braces per template expression that is being read; the outermost one never closes.
  const braces = [0];
  const readTemplate = (): void => {
    templateText.lastIndex = from;
    const match = templateText.exec(source);
    copyTo(match ? templateText.lastIndex : source.length, strings);
    if (match?.groups?.end === "${") braces.push(0);
  };

  for (let match = next(source, from); match; match = next(source, from)) {
    const { comment, tick, open, close } = match.groups ?? {};
    const depth = braces.at(-1) ?? 0;
    copyTo(match.index, false);
    copyTo(match.index + match[0].length, comment !== undefined || (strings && !open && !close));
    if (tick) readTemplate();
    else if (open) braces[braces.length - 1] = depth + 1;
    else if (close && depth > 0) braces[braces.length - 1] = depth - 1;
    else if (close && braces.length > 1) {
      braces.pop();
      readTemplate();
    }
  }
  copyTo(source.length, false);
  return out;
}

function next(source: string, from: number): RegExpExecArray | null {
  token.lastIndex = from;
  return token.exec(source);
}

/** The number, from 1, of the line that holds the character at `index`. */
export function lineAt(source: string, index: number): number {
  return source.slice(0, index).split("\n").length;
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const importForms = [
  /^[ \t]*(?:import|export)\b[\w$\s{},*]*?\bfrom\s*(?<quote>["'])(?<specifier>[^"'\n]+)\k<quote>/gm,
  /^[ \t]*import\s*(?<quote>["'])(?<specifier>[^"'\n]+)\k<quote>/gm,
  /\b(?:import|require|import\.meta\.resolve)\(\s*(?<quote>["'])(?<specifier>[^"'\n]+)\k<quote>/g,
];

/** Everything a file imports or re-exports: statements, types, `import()` and `require()`. */
export function importsOf(source: string): Import[] {
  const code = blank(source, "comments");
  return importForms
    .flatMap((form) => [...code.matchAll(form)])
    .map((match) => ({
      specifier: match.groups?.specifier ?? "",
      line: lineAt(code, match.index + match[0].length),
    }))
    .sort((a, b) => a.line - b.line);
}
