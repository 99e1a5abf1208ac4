/** The command line of the demo. */
import { parseArgs } from "node:util";
import { ScriptError } from "./script-error.ts";

export const usage = `Usage: npm run demo [-- SCRIPT] [--data DIR] [--rebuild]

Runs a script of JSON lines against carts that are persistent actors, in a
process of its own. Without SCRIPT: the story of a crash.

  SCRIPT      lines such as
                {"cart":"42","command":{"type":"AddItem",
                 "sku":"banana","quantity":2,"price":1200}}
                {"snapshot":"42"}   saves a snapshot of the cart
                {"print":"42"}      prints the cart
                {"history":"42"}    prints the events of the cart
                {"kill":"42"}       kills the actor of the cart
                {"crash":true}      kills the process (SIGKILL); another one
                                    recovers, and goes on with the next line
              Commands: AddItem, RemoveItem, ChangeQuantity, CorrectPrice,
              Checkout, ReopenCart, GetCart
  --data DIR  goes on with the store in DIR, and makes it if there is none.
              Without it the script begins with a fresh store.
  --rebuild   runs nothing: builds the tables that a run prints at its end
              from the first event on, and prints them
  --help      prints this

Ends with 0; with 1 when anything acknowledged is missing or something failed;
with 2 when the script cannot be read or a line of it is malformed.
The samples are in data/carts.`;

/** @throws ScriptError with the usage */
export function readArguments(args: readonly string[]): ReturnType<typeof parse> {
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
  values: { data?: string | undefined; rebuild?: boolean | undefined; help?: boolean | undefined };
  positionals: string[];
} {
  const options = {
    data: { type: "string" },
    rebuild: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  return parseArgs({ args: [...args], options, allowPositionals: true });
}
