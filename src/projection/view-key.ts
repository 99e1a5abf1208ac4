/** Which texts can be the key of an entry of a view. */

import type { ViewRange } from "../storage/view-store.ts";

/** What the library keeps among the entries of a view begins with it, and comes before all others. */
const ownBeginning = "\u0001";

/** The first key that is not the library's own. */
const firstUserKey = "\u0002";

/** The range without the library's own entries. */
export function userRange(range: ViewRange): ViewRange {
  const from = range.gt ?? range.gte;
  return from !== undefined && from >= firstUserKey ? range : { ...range, gt: undefined, gte: firstUserKey };
}

/** A key that no handler can use. */
export function ownKey(name: string): string {
  return ownBeginning + name;
}

/** A longer key is refused. */
const viewKeyLengthMax = 4_096;

/** @throws TypeError when the key of an entry is empty, too long or no Unicode, or has a NUL, where drivers of SQLite cut it off, or begins with U+0001 */
export function assertViewKey(key: string): void {
  if (
    typeof key !== "string" ||
    key === "" ||
    key.length > viewKeyLengthMax ||
    !key.isWellFormed() ||
    key.includes("\0") ||
    key < firstUserKey
  ) {
    const limit = `a well-formed text of 1 to ${viewKeyLengthMax} characters without NUL, not beginning with U+0001`;
    throw new TypeError(`The key of an entry of a view must be ${limit}, not ${JSON.stringify(key)}`);
  }
}
