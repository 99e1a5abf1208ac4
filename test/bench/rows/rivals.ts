/** The rivals, as the rows name them. */
import type { Subject } from "../subjects.ts";

export const byHand = "by hand on classic-level" satisfies Subject;
export const sqliteGroup = "SQLite, group commit by hand" satisfies Subject;
export const sqliteEach = "SQLite, a transaction each" satisfies Subject;
export const nact = "nact on LevelDB" satisfies Subject;

export const everyRival: readonly Subject[] = [
  byHand,
  sqliteGroup,
  sqliteEach,
  nact,
  "event-storage",
  "emmett on SQLite",
];
