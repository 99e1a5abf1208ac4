/**
 * Makes a golden store of the present format: `npm run golden:make`, or `npm run golden:make -- LABEL` for one more of the same format.
 * It overwrites none: a store of a format that was released stays for ever.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { isDeepStrictEqual } from "node:util";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import { formatVersion } from "#src/level/files/format-marker.js";
import { digestsOf, type Expected, goldenFolder } from "./golden-store.ts";
import { readStore } from "./read-store.ts";
import { playStory } from "./story.ts";

const [label] = process.argv.slice(2);
const name = `format-${formatVersion}${label === undefined ? "" : `-${label}`}`;
const target = join(goldenFolder, name);
if (existsSync(target))
  throw new Error(`${target} is there already, and is never overwritten; give another one a label`);

const scratch = mkdtempSync(join(tmpdir(), "rekindle-golden-"));
try {
  const made = join(scratch, "store");
  await playStory(levelStorage(made));
  cpSync(made, join(scratch, "copy"), { recursive: true });
  const reading = await readStore(levelStorage(join(scratch, "copy")));

  const model = memoryStorage();
  await playStory(model);
  const { verification, ...expected } = await readStore(model);
  const { verification: verified, ...found } = reading;
  if (!verified.ok || !isDeepStrictEqual(found, expected)) {
    writeFileSync(join(tmpdir(), "golden-found.json"), JSON.stringify(found, undefined, 1));
    writeFileSync(join(tmpdir(), "golden-expected.json"), JSON.stringify(expected, undefined, 1));
    throw new Error(`the store reads otherwise than the same story in memory; see golden-*.json in ${tmpdir()}`);
  }
  mkdirSync(target, { recursive: true });
  for (const aside of ["LOCK", "LOG", "LOG.old"]) rmSync(join(made, aside), { force: true });
  cpSync(made, join(target, "store"), { recursive: true });
  const beside: Expected = { files: digestsOf(join(target, "store")), reading };
  writeFileSync(join(target, "expected.json"), `${JSON.stringify(beside, undefined, 1)}\n`);
  process.stdout.write(`${target}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
