/** The rivals' packages live in a folder of their own, so that neither the library nor its tests depend on them. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { root } from "../../support/project.ts";

const folder = new URL("test/bench/rivals/", root);
const load = createRequire(new URL("package.json", folder));

/** A package of a rival; the type is the part of it that is used. */
export function rivalPackage<T>(name: string): T {
  return load(name);
}

/** The version of each rival, by name; empty when they are not installed. */
export function rivalVersions(): Record<string, string> {
  const names = Object.keys(JSON.parse(readFileSync(new URL("package.json", folder), "utf8")).dependencies);
  return Object.fromEntries(
    names.flatMap((name) => {
      const manifest = new URL(`node_modules/${name}/package.json`, folder);
      return existsSync(manifest) ? [[name, JSON.parse(readFileSync(manifest, "utf8")).version]] : [];
    }),
  );
}

/** `npm ci` in the rivals' folder when it was never run there. It compiles SQLite, twice. */
export function installRivals(say: (line: string) => void): void {
  // npm writes this file last: an installation that was cut short is begun anew.
  if (existsSync(new URL("node_modules/.package-lock.json", folder))) return;
  say(
    "Installing the rivals once, in test/bench/rivals: npm ci compiles SQLite and takes minutes (or use --no-rivals) …",
  );
  execFileSync("npm", ["ci", "--no-audit", "--loglevel=error"], {
    cwd: fileURLToPath(folder),
    stdio: ["ignore", "ignore", "inherit"],
  });
}
