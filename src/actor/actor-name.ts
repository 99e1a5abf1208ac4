/** Names of actors: any well-formed text for the user, the narrower alphabet of nact underneath. */

/** Longer names are refused, in UTF-16 code units. */
export const nameLengthMax = 4_096;

/** Names that both alphabets have. */
const unchanged = /^[\w.!*'()-]*$/;

/**
 * `name` in the alphabet that nact allows in a path; no two names become the same.
 *
 * @throws TypeError when `name` is not a non-empty, well-formed string of at most {@link nameLengthMax} code units
 */
export function encodeName(name: string, what = "name"): string {
  assertName(name, what);
  if (unchanged.test(name)) return name;
  return encodeURIComponent(name).replaceAll("~", "%7E").replaceAll("%", "$");
}

/** The name that {@link encodeName} encoded. */
export function decodeName(encoded: string): string {
  if (unchanged.test(encoded)) return encoded;
  return decodeURIComponent(encoded.replaceAll("$", "%"));
}

/** @throws TypeError when `name` cannot be the name of an actor or an entity */
export function assertName(name: unknown, what: string): asserts name is string {
  if (typeof name !== "string")
    throw new TypeError(`${what} must be a string, not ${name === null ? "null" : typeof name}`);
  if (name === "") throw new TypeError(`${what} must not be empty`);
  if (name.length > nameLengthMax)
    throw new TypeError(`${what} has ${name.length} characters, more than ${nameLengthMax}`);
  if (!name.isWellFormed())
    throw new TypeError(`${what} is not well-formed Unicode: it holds half of a surrogate pair`);
}
