/** Where an actor stands in its system, for people. */
import { decodeName } from "./actor-name.ts";

/** Where an actor stands, for people: such as `shop://user/greeter`, with the names as they were given. */
export function pathOf(reference: object): string {
  if (!("path" in reference)) return "temporary reference";
  const { system, parts } = reference.path as { system: string; parts: readonly string[] };
  return `${decodeNameIfOurs(system.replace(/~\d+$/, ""))}://${parts.map(decodeNameIfOurs).join("/")}`;
}

function decodeNameIfOurs(encoded: string): string {
  try {
    return decodeName(encoded);
  } catch {
    return encoded;
  }
}
