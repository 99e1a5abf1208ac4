/** One line of a script: what it asks for, or what is wrong with it. */

/** A command as it stands in a script; whether a cart knows it, and likes it, is for the cart to say. */
export interface ScriptCommand {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What a line asks for. */
export type ScriptStep =
  | { readonly do: "command"; readonly cart: string; readonly command: ScriptCommand }
  | { readonly do: "snapshot" | "print" | "history" | "kill"; readonly cart: string }
  | { readonly do: "crash" };

/** The longest id of a cart, in UTF-16 code units. */
const cartIdLengthMax = 200;

const known = ["cart", "command", "snapshot", "print", "history", "kill", "crash"];

/** Reads one line. Gives the step, or the problem in words. */
export function parseStep(text: string): ScriptStep | string {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (error) {
    return `this is not JSON (${error instanceof Error ? error.message : String(error)})`;
  }
  if (!isObject(line)) return `a line is an object such as {"print":"42"}, not ${kindOf(line)}`;
  const keys = Object.keys(line);
  const unknown = keys.find((key) => !known.includes(key));
  if (unknown !== undefined) return `unknown key ${JSON.stringify(unknown)}; the keys are ${known.join(", ")}`;
  if ("cart" in line || "command" in line) return commandStep(line, keys);
  if (keys.length !== 1) return `a line has a cart and a command, or one of ${known.slice(2).join(", ")}`;
  return controlStep(line);
}

function commandStep(line: Record<string, unknown>, keys: readonly string[]): ScriptStep | string {
  const extra = keys.find((key) => key !== "cart" && key !== "command");
  if (extra !== undefined) return `${JSON.stringify(extra)} stands on a line of its own, not beside a command`;
  if (!Object.hasOwn(line, "cart")) return "the command has no cart";
  if (!Object.hasOwn(line, "command")) return "the cart has no command";
  const { cart, command } = line;
  const problem = cartProblem("cart", cart);
  if (problem !== undefined || typeof cart !== "string") return problem ?? "";
  if (!isObject(command)) return `command must be an object, not ${kindOf(command)}`;
  if (!isCommand(command)) return "command must have a type, a text that is not empty";
  return { do: "command", cart, command };
}

function controlStep(line: Record<string, unknown>): ScriptStep | string {
  for (const key of ["snapshot", "print", "history", "kill"] as const) {
    if (!Object.hasOwn(line, key)) continue;
    const cart = line[key];
    const problem = cartProblem(key, cart);
    return problem === undefined && typeof cart === "string" ? { do: key, cart } : (problem ?? "");
  }
  return line.crash === true ? { do: "crash" } : `crash must be true, not ${kindOf(line.crash)}`;
}

function cartProblem(key: string, cart: unknown): string | undefined {
  if (typeof cart !== "string") return `${key} must be the id of a cart, a text such as "42", not ${kindOf(cart)}`;
  if (cart === "") return `${key} must be the id of a cart, which is not empty`;
  if (cart.length > cartIdLengthMax) return `${key} is longer than ${cartIdLengthMax} characters`;
  return cart.isWellFormed() ? undefined : `${key} holds half of a surrogate pair`;
}

function isCommand(command: Record<string, unknown>): command is Record<string, unknown> & ScriptCommand {
  return Object.hasOwn(command, "type") && typeof command.type === "string" && command.type !== "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "a text" : JSON.stringify(value);
}
