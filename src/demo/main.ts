/** The cart demo: `npm run demo`, or `npm run demo -- SCRIPT [--data DIR]`. */
import { existsSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { StorageLockedError } from "rekindle";
import { openShop } from "./open-shop.ts";
import { readScript } from "./read-script.ts";
import { Screen } from "./screen.ts";
import { ScriptError } from "./script-error.ts";
import { runStory } from "./story.ts";
import { exitCodes } from "./task.ts";

const usage = `Usage: npm run demo [-- SCRIPT] [--data DIR]

Runs a script of JSON lines against carts that are persistent actors, in a
process of its own. Without SCRIPT: the story of a crash.

  SCRIPT      lines such as
                {"cart":"42","command":{"type":"AddItem",
                 "sku":"banana","quantity":2,"price":1200}}
                {"snapshot":"42"}   saves a snapshot of the cart
                {"print":"42"}      prints the cart
                {"kill":"42"}       kills the actor of the cart
                {"crash":true}      kills the process (SIGKILL); another one
                                    recovers, and goes on with the next line
              Commands: AddItem, RemoveItem, ChangeQuantity, Checkout, GetCart
  --data DIR  goes on with the store in DIR, and makes it if there is none.
              Without it the script begins with a fresh store.
  --help      prints this

Ends with 0; with 1 when anything acknowledged is missing or something failed;
with 2 when the script cannot be read or a line of it is malformed.
The samples are in data/carts.`;

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
  if (values.data === undefined && existing) await clear(folder);
  const state = values.data !== undefined && existing ? "goes on with what is there" : "fresh";
  screen.line(`script  ${script}`);
  screen.line(`store   ${folder} (${state})`);
  screen.line();
  return await runStory({ script, folder, screen });
}

function readArguments(args: readonly string[]): ReturnType<typeof parse> {
  try {
    const parsed = parse(args);
    if (parsed.positionals.length > 1) throw new Error("only one script at a time");
    if (parsed.values.data === "") throw new Error("--data needs a folder");
    return parsed;
  } catch (error) {
    throw new ScriptError("demo", `${error instanceof Error ? error.message : String(error)}\n\n${usage}`, error);
  }
}

function parse(args: readonly string[]): {
  values: { data?: string | undefined; help?: boolean | undefined };
  positionals: string[];
} {
  const options = { data: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
  return parseArgs({ args: [...args], options, allowPositionals: true });
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
