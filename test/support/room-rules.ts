/** Which room of `src/` may import which, and which room may import which package. */
import { posix } from "node:path";
import type { FileMap } from "./project.ts";
import { blank, type Import, importsOf, lineAt } from "./source-text.ts";

/** A room imports only rooms of a later row: never an earlier one, and never its neighbours in the same row. */
const rows: readonly (readonly string[])[] = [
  ["doors"],
  ["cli", "inspector", "demo", "nact", "testkit", "tck"],
  ["relay", "projection"],
  ["system"],
  ["query", "observe", "stream"],
  ["persistence"],
  ["actor", "codec", "storage"],
  ["clock", "errors"],
];

/** Backends stand beside the rows: these rooms are all they see, and only a door lets them in. */
const backends = ["memory", "level", "sqlite", "postgres"];
const seenByBackends = ["storage", "codec", "clock", "errors"];

const packages: Readonly<Record<string, readonly string[]>> = {
  "abstract-level": ["level"],
  "classic-level": ["level"],
  level: ["level"],
  nact: ["actor", "nact"],
  rxjs: ["stream", "query", "projection"],
};

const processRooms = ["cli", "demo"];
// The owner file of a store names the process that holds it.
const processFiles = ["src/level/files/owner-file.ts"];
const processUse = /(?<![.\w$#])(?:globalThis\.)?(?<name>process|console)\s*(?:\.|\?\.|\[)/g;
const processModule = /^(?:node:)?(?:process|console)$/;

/** `src/codec/checksum.ts` is in room codec; a file of `src/` itself is a door, or the room errors or clock. */
function roomOf(path: string): string {
  const [, first = "", ...rest] = path.split("/");
  if (rest.length > 0) return first;
  const name = first.replace(/\.ts$/, "");
  return name === "errors" || name === "clock" ? name : "doors";
}

function mayImport(from: string, to: string): boolean {
  // The commands stand where a user stands.
  if (to === "doors") return from === "cli";
  if (from === to) return true;
  if (backends.includes(from)) return seenByBackends.includes(to);
  if (backends.includes(to)) return from === "doors";
  return rowOf(from) < rowOf(to);
}

function rowOf(room: string): number {
  return rows.findIndex((row) => row.includes(room));
}

/** The path from the root that a relative import means, or undefined for the name of a package. */
export function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : undefined;
}

export function misplacedImports(files: FileMap): string[] {
  return eachImport(files, (path, { specifier, line }) => {
    const from = roomOf(path);
    if (rowOf(from) < 0 && !backends.includes(from)) return `${path}:${line} is in a room without a row: ${from}`;
    const target = targetOf(path, specifier);
    if (target === undefined) {
      return specifier.startsWith("#") ? `${path}:${line} imports ${specifier}: src/ uses relative paths` : undefined;
    }
    if (!files.has(target)) return `${path}:${line} imports ${target}, which is not a file of src/`;
    const to = roomOf(target);
    return mayImport(from, to) ? undefined : `${path}:${line} imports ${target}: ${from} may not import ${to}`;
  });
}

export function misplacedPackages(files: FileMap): string[] {
  return eachImport(files, (path, { specifier, line }) => {
    if (/^(?:[.#]|node:)/.test(specifier)) return undefined;
    const from = roomOf(path);
    const name = specifier.split("/")[0] ?? specifier;
    // A demo stands where a user stands.
    const rooms = name === "rekindle" ? ["demo"] : packages[name];
    if (!rooms) return `${path}:${line} imports ${specifier}, which is no dependency of any room`;
    return rooms.includes(from) ? undefined : `${path}:${line} imports ${specifier}: only for ${rooms.join(", ")}`;
  });
}

export function misplacedProcess(files: FileMap): string[] {
  const outside = new Map([...files].filter(([path]) => !processAllowed(path)));
  const uses = [...outside].flatMap(([path, source]) =>
    [...blank(source, "comments and strings").matchAll(processUse)].map(
      (match) => `${path}:${lineAt(source, match.index)} uses ${match.groups?.name}: only for cli, demo`,
    ),
  );
  const imports = eachImport(outside, (path, { specifier, line }) =>
    processModule.test(specifier) ? `${path}:${line} imports ${specifier}: only for cli, demo` : undefined,
  );
  return [...uses, ...imports];
}

function processAllowed(path: string): boolean {
  return processRooms.includes(roomOf(path)) || processFiles.includes(path);
}

/** A door consists of `export { … } from` and `export type { … } from`, nothing else. */
export function doorsWithLogic(files: FileMap): string[] {
  return [...files].flatMap(([path, source]) => {
    if (roomOf(path) !== "doors") return [];
    const code = blank(source, "comments");
    const rest = code.replace(/^export (?:type )?\{[^}]*\} from "[^"]+";$/gm, (text) => text.replace(/[^\n]/g, " "));
    const at = rest.search(/\S/);
    const text = rest.slice(at).split("\n")[0];
    return at < 0 ? [] : [`${path}:${lineAt(rest, at)} a door only re-exports by name: ${text}`];
  });
}

function eachImport(files: FileMap, judge: (path: string, found: Import) => string | undefined): string[] {
  return [...files].flatMap(([path, source]) =>
    importsOf(source)
      .map((found) => judge(path, found))
      .filter((violation) => violation !== undefined),
  );
}
