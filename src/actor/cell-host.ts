/** What a cell needs from the system it lives in, and what the system sees of a cell. */
import type { Clock } from "../clock.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { SystemEvent } from "./system-event.ts";

/** A live actor, as the system sees it. */
export interface Cell {
  readonly path: string;
  /** Stops after everything that is in the mailbox now. Resolves when the actor has ended. */
  stop(): Promise<void>;
  /** Ends at once; what is in the mailbox becomes dead letters. */
  kill(): void;
}

/** Implemented by the kernel of the actor system. */
export interface CellHost {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  /** Publishes on the event stream. */
  tell(event: SystemEvent): void;
  deadLetter(path: string, message: unknown, reason: string): void;
  dropped(path: string, message: unknown, queue: "mailbox" | "stash"): void;
  cellStarted(cell: Cell): void;
  cellEnded(cell: Cell): void;
}
