/** The order of the keys of entries, and what is within a range of them. */
import type { ViewRange } from "./view-store.ts";

/** By their UTF-8 bytes. */
export function compareViewKeys(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

export function isWithinRange(key: string, { gte, gt, lte, lt }: ViewRange): boolean {
  return (
    (gte === undefined || compareViewKeys(key, gte) >= 0) &&
    (gt === undefined || compareViewKeys(key, gt) > 0) &&
    (lte === undefined || compareViewKeys(key, lte) <= 0) &&
    (lt === undefined || compareViewKeys(key, lt) < 0)
  );
}
