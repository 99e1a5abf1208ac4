/** What happens to the disk of a program that writes all the while, and what the program says afterwards. */

export interface OutagePlan {
  readonly folder: string;
  /** The file by which calls are made to fail. */
  readonly control: string;
  /** Its lines while the disk is ill. Without any, a ballast file fills the disk for good, until it is removed. */
  readonly rules: readonly string[];
  /** How long the disk stays ill after the first failure, in milliseconds. */
  readonly illMs: number;
  readonly askTimeoutMs: number;
  /** Every how many events an entity saves a snapshot. */
  readonly snapshotEvery: number;
}

/** An answer: the command number `n` is the event `revision`. */
export type Answer = readonly [n: number, revision: number];

export interface OutageReport {
  /** By entity, in the order of the answers. */
  readonly answers: Readonly<Record<string, readonly Answer[]>>;
  readonly answersBefore: number;
  readonly answersAfter: number;
  /** How often an ask ended with which code; of a failed write with the code of its cause, too. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly longestAskMs: number;
  /** `StorageFailed CODE` and `StorageRecovered`, in order. */
  readonly told: readonly string[];
  readonly snapshotsFailed: number;
  /** What the same system found in its journal that is not as it was answered. */
  readonly faults: readonly string[];
}

/** Of one entity. */
export interface History {
  readonly name: string;
  /** The numbers of the commands whose events are stored, in order. */
  readonly stored: readonly number[];
}

/** Answers that the store does not bear out: lost, doubled or reordered events. */
export function outageFaults(histories: readonly History[], answers: OutageReport["answers"]): string[] {
  const faults: string[] = [];
  for (const { name, stored } of histories) {
    const fault = (problem: string): number => faults.push(`${name}: ${problem}`);
    if (new Set(stored).size !== stored.length) fault("a command is stored twice");
    if (stored.some((n, at) => n <= (stored[at - 1] ?? -1)))
      fault("commands are stored in another order than they were sent");
    for (const [n, revision] of answers[name] ?? []) {
      if (stored[revision - 1] !== n)
        fault(`command ${n} was answered as event ${revision}, which is ${stored[revision - 1]}`);
    }
  }
  return faults;
}
