/** What the processes of the demo tell each other. */
import type { Acknowledgement, AcknowledgementsData } from "./acknowledgements.ts";

/** What a worker is to do. */
export interface Task {
  readonly script: string;
  /** Of the store. */
  readonly folder: string;
  /** The first line to run; undefined for none, when there is only something to recover. */
  readonly fromLine: number | undefined;
  /** What the run was told so far. Its `afterOffset` counts only with `recover`. */
  readonly told: AcknowledgementsData;
  /** A process before this one was killed: recover its carts and hold them against `told`. */
  readonly recover: boolean;
  /** How many lines had no answer when it was killed, if that is known. */
  readonly unanswered: number | undefined;
}

/** What a worker reports while it is at it. */
export type Report =
  | { readonly type: "opened"; readonly offset: number }
  | ({ readonly type: "acknowledged" } & { readonly acknowledgement: Acknowledgement })
  | { readonly type: "crash"; readonly line: number; readonly unanswered: number };

/** What a process of the demo ends with. */
export const exitCodes = { done: 0, failed: 1, misused: 2 } as const;
