/** The project as the tests see it: its root folder, its manifest and its source text. */
import { readdirSync, readFileSync } from "node:fs";

// The tests run from the folder they are compiled into, so the root is found through the package's own name.
export const root: URL = new URL(".", import.meta.resolve("rekindle/package.json"));

export interface Manifest {
  name: string;
  exports: Record<string, string | { types: string; default: string }>;
}

export function manifest(): Manifest {
  return JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
}

/** Source text by path from the root, such as `src/codec/checksum.ts`. */
export type FileMap = ReadonlyMap<string, string>;

export function readSources(folder: "src" | "test"): FileMap {
  const paths = readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    // The rivals of the benchmark have packages of their own.
    .filter((path) => path.endsWith(".ts") && !path.includes("/node_modules/"))
    .sort();
  return new Map(paths.map((path) => [path, readFileSync(new URL(path, root), "utf8")]));
}

/** The file names of the doors without `.ts`, in alphabetical order: every file of `src/` that is not a room of its own. */
export function doors(): string[] {
  return readdirSync(new URL("src", root), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => entry.name.slice(0, -".ts".length))
    .filter((name) => name !== "errors" && name !== "clock")
    .sort();
}

/** `rekindle` for the door `index`, `rekindle/level` for the door `level`. */
export function specifierOf(door: string): string {
  return door === "index" ? "rekindle" : `rekindle/${door}`;
}
