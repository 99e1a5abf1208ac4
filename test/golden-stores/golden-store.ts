/** Where golden stores are kept: one folder each, with the files of the store and what is to be read in it. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { root } from "../support/project.ts";
import type { Reading } from "./read-store.ts";

/** In the root of the project. */
export const goldenFolder: string = fileURLToPath(new URL("data/golden", root));

/** What stands beside a store. */
export interface Expected {
  /** SHA-256 of every file of the store, in hex: whether the files came here whole. */
  readonly files: Readonly<Record<string, string>>;
  readonly reading: Reading;
}

export function digestsOf(folder: string): Record<string, string> {
  const digest = (name: string): [string, string] => [
    name,
    createHash("sha256")
      .update(readFileSync(`${folder}/${name}`))
      .digest("hex"),
  ];
  return Object.fromEntries(readdirSync(folder).sort().map(digest));
}
