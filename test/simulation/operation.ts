/** One command on its way: what was sent, and what the sender has heard of it. */
import {
  ActorFailedError,
  ActorStoppedError,
  AskTimeoutError,
  MailboxOverflowError,
  PersistFailedError,
  PersistRejectedError,
  RecoveryFailedError,
  UnhandledCommandError,
  VersionConflictError,
} from "rekindle";
import { type LedgerCommand, RefusedError, ThrownError, type View } from "./ledger.ts";

/** The reason of an abort. */
export class AbortedError extends Error {
  constructor() {
    super("the sender has given up");
  }
}

/** What the sender knows: `done` with a reply, surely `nothing` stored, surely `stored`, or `unknown`. */
export type Outcome = "done" | "nothing" | "stored" | "unknown";

/** A command and what became of it. */
export interface Operation {
  readonly persistenceId: string;
  readonly command: LedgerCommand;
  /** How often the command was sent; its repetitions share it. */
  readonly sends: { count: number };
  /** Asked or told of the entity, or written past its command handler. */
  readonly by: "command" | "write";
  /** Of its entity, when it was sent: so long was the history that others had been shown. */
  readonly shownBefore: number;
  /** When it must have been answered. */
  readonly deadline: number;
  /** Undefined as long as nothing was heard. */
  outcome: Outcome | undefined;
  reply: View | undefined;
}

/** How many events the command stores. */
export function eventsOf(command: LedgerCommand): number {
  if (command.type === "Enter" || command.type === "EnterLater") return command.count;
  return ["Lock", "Unlock", "Oblige"].includes(command.type) ? 1 : 0;
}

/** What an error promises about its command; undefined for an error that no sender should ever see. */
export function promiseOf(error: unknown): Outcome | undefined {
  if (error instanceof PersistRejectedError || error instanceof RefusedError) return "nothing";
  if (error instanceof RecoveryFailedError || error instanceof MailboxOverflowError) return "nothing";
  if (error instanceof UnhandledCommandError || error instanceof VersionConflictError) return "nothing";
  if (error instanceof ActorFailedError) return promiseOfFailure(error);
  if (error instanceof PersistFailedError || error instanceof AskTimeoutError) return "unknown";
  if (error instanceof ActorStoppedError || error instanceof AbortedError) return "unknown";
  return undefined;
}

/** Only what the workload throws on purpose; anything else is a mistake of the library. */
function promiseOfFailure({ phase, cause }: ActorFailedError): Outcome | undefined {
  if (!(cause instanceof ThrownError)) return undefined;
  return phase === "thenRun" ? "stored" : "nothing";
}
