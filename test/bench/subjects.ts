/** Everybody who keeps carts, by name. */
import type { OpenCarts } from "./carts.ts";
import { rekindleCarts, rekindleSnapshotCarts } from "./rekindle-carts.ts";
import { emmett } from "./rivals/emmett.ts";
import { eventStorage } from "./rivals/event-storage.ts";
import { levelByHand } from "./rivals/level-by-hand.ts";
import { nactLevel } from "./rivals/nact-level.ts";
import { sqliteEach } from "./rivals/sqlite-each.ts";
import { sqliteGroupCommit } from "./rivals/sqlite-group-commit.ts";
import { rulelessCarts } from "./ruleless-carts.ts";

export const subjects = {
  rekindle: rekindleCarts,
  "rekindle without rules": rulelessCarts,
  "rekindle, a snapshot every 500": rekindleSnapshotCarts,
  "by hand on classic-level": levelByHand,
  "SQLite, group commit by hand": sqliteGroupCommit,
  "SQLite, a transaction each": sqliteEach,
  "nact on LevelDB": nactLevel,
  "event-storage": eventStorage,
  "emmett on SQLite": emmett,
} as const satisfies Record<string, OpenCarts>;

export type Subject = keyof typeof subjects;
