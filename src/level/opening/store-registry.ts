/** Which stores this process has open. Asked before LevelDB is: its refusal of a second open would drop the lock of the first. */
import { type BigIntStats, fstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { StorageLockedError } from "../../errors.ts";

/** The claim on a store; to be released when it is closed. */
export interface StoreClaim {
  /**
   * Asked before LevelDB is opened once more under the same claim.
   *
   * @throws StorageLockedError when another thread of this process has it open
   */
  assertUnlocked(): void;
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
  const assertUnlocked = (): void => {
    if (isLockHeldHere(folder))
      throw new StorageLockedError(location, "this process (another worker thread, or another copy of this library)");
  };
  assertUnlocked();
  claimed.add(identity);
  return { assertUnlocked, release: () => claimed.delete(identity) };
}

/**
 * Whether any thread of this process holds LevelDB's lock. Worker threads share no memory by which they could tell each other,
 * but they share the table of open files, and Linux tells which of them carry a lock. Being open is not enough: LevelDB's
 * files are inherited by child processes, locks are not. Nothing is opened: closing the lock file again would drop the lock.
 */
function isLockHeldHere(folder: string): boolean {
  const lock = statSync(join(folder, "LOCK"), { bigint: true, throwIfNoEntry: false });
  return lock !== undefined && openFiles().some((descriptor) => isFile(descriptor, lock) && hasLock(descriptor));
}

/** None on other systems than Linux. */
function openFiles(): string[] {
  try {
    return readdirSync("/proc/self/fdinfo");
  } catch {
    return [];
  }
}

function isFile(descriptor: string, { dev, ino }: BigIntStats): boolean {
  try {
    const file = fstatSync(Number(descriptor), { bigint: true });
    return file.dev === dev && file.ino === ino;
  } catch {
    // It was closed meanwhile.
    return false;
  }
}

function hasLock(descriptor: string): boolean {
  try {
    return /^lock:/m.test(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"));
  } catch {
    return false;
  }
}
