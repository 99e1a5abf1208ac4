/** The names that every door exports, as text that a golden file can hold. */
import { readFileSync } from "node:fs";
import { doors, root, specifierOf } from "./project.ts";
import { blank } from "./source-text.ts";

export const goldenFile: URL = new URL("test/golden/public-api.txt", root);

export function publicApi(): string {
  return doors()
    .map((door) => {
      const names = exportsOf(readFileSync(new URL(`src/${door}.ts`, root), "utf8"));
      return [specifierOf(door), ...names.map((name) => `  ${name}`), ""].join("\n");
    })
    .join("\n");
}

/** `value ActorSystem` or `type Command`, in alphabetical order: a door exports by name and in no other way. */
export function exportsOf(source: string): string[] {
  const statements = blank(source, "comments").matchAll(/\bexport (?<type>type )?\{(?<names>[^}]*)\}/g);
  return [...statements]
    .flatMap(({ groups = {} }) =>
      (groups.names ?? "")
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "")
        .map((name) => {
          const kind = groups.type || name.startsWith("type ") ? "type" : "value";
          return `${kind} ${name.replace(/^type /, "").replace(/^.* as /, "")}`;
        }),
    )
    .sort();
}
