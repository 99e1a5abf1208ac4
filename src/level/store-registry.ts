/** Which stores this process has open. Asked before LevelDB is: its refusal of a second open would drop the lock of the first. */
import { fstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { StorageLockedError } from "../errors.ts";

/** The claim on a store; to be released when it is closed. */
export interface StoreClaim {
  release(): void;
}

const claimed = new Set<string>();

/**
 * Claims the store in `folder`, however its path is spelled.
 *
 * @throws StorageLockedError when this process has it open, or is about to
 */
export function claimStore(folder: string, location: string): StoreClaim {
  const { dev, ino } = statSync(folder, { bigint: true });
  const identity = `${dev}:${ino}`;
  if (claimed.has(identity)) throw new StorageLockedError(location, "this process");
  if (isLockOpenHere(folder)) throw new StorageLockedError(location, "this process (another worker thread, or another copy of this library)");
  claimed.add(identity);
  return { release: () => claimed.delete(identity) };
}

/**
 * Whether any thread of this process has LevelDB's lock file open. Worker threads share no memory by which they could tell each other,
 * but they share the table of open files. Only looked at: opening the lock file and closing it would drop the lock.
 */
function isLockOpenHere(folder: string): boolean {
  const lock = statSync(join(folder, "LOCK"), { bigint: true, throwIfNoEntry: false });
  if (!lock) return false;
  return openFiles().some((descriptor) => {
    try {
      const { dev, ino } = fstatSync(descriptor, { bigint: true });
      return dev === lock.dev && ino === lock.ino;
    } catch {
      return false;
    }
  });
}

/** The descriptors of this process; none on systems without this folder, where locks belong to the handle and cannot be dropped. */
function openFiles(): number[] {
  try {
    return readdirSync("/dev/fd").map(Number);
  } catch {
    return [];
  }
}
