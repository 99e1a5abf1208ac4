/** The cart demo: `npm run demo`, or `npm run demo -- SCRIPT [--data DIR] [--rebuild]`. */
import { existsSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { StorageLockedError } from "rekindle";
import { readArguments, usage } from "./arguments.ts";
import { openShop } from "./open-shop.ts";
import { readScript } from "./read-script.ts";
import { removeViews } from "./read-side.ts";
import { rebuild } from "./rebuild.ts";
import { Screen } from "./screen.ts";
import { ScriptError } from "./script-error.ts";
import { runStory } from "./story.ts";
import { exitCodes } from "./task.ts";

const screen = new Screen();

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    screen.error(error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof ScriptError ? exitCodes.misused : exitCodes.failed;
  },
);

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  if (values.help) {
    screen.line(usage);
    return exitCodes.done;
  }
  const sample = relative(process.cwd(), fileURLToPath(new URL("../../data/carts/crash.jsonl", import.meta.url)));
  const script = positionals[0] ?? sample;
  await assertReadable(script);
  const folder = values.data ?? join("data", "journal", `demo-${basename(script, ".jsonl")}`);
  const existing = existsSync(folder);
  if (values.rebuild) {
    if (!existing) throw new ScriptError(folder, "there is no store; run the demo without --rebuild first");
    return await rebuild(folder, screen);
  }
  if (values.data === undefined && existing) await clear(folder);
  if (values.data === undefined || !existing) removeViews(folder);
  const state = values.data !== undefined && existing ? "goes on with what is there" : "fresh";
  screen.line(`script  ${script}`);
  screen.line(`store   ${folder} (${state})`);
  screen.line();
  return await runStory({ script, folder, screen });
}

/** Before an old store is cleared away for it. */
async function assertReadable(script: string): Promise<void> {
  const found = await stat(script).catch(() => undefined);
  // A process that goes on after a crash reads the script again, which only a file allows.
  if (found && !found.isFile() && !found.isDirectory()) throw new ScriptError(script, "the script must be a file");
  try {
    await readScript(script).next();
  } catch (error) {
    // A malformed first line is for the run to report.
    if (error instanceof ScriptError && error.where === script) throw error;
  }
}

/** @throws StorageLockedError when another run of the demo is at it */
async function clear(folder: string): Promise<void> {
  try {
    const shop = await openShop(folder);
    await shop.terminate();
  } catch (error) {
    // Whatever else is wrong with the old store goes away with it.
    if (error instanceof StorageLockedError) throw error;
  }
  await rm(folder, { recursive: true });
}
