/** What became of a command of a process, as it is recorded. */
import { messageType } from "../actor/command.ts";
import { causesOf } from "../errors/causes.ts";
import {
  ActorFailedError,
  ActorStoppedError,
  AskTimeoutError,
  MailboxOverflowError,
  PersistFailedError,
  PersistRejectedError,
  RecoveryFailedError,
  UnhandledCommandError,
} from "../errors.ts";
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import { isStoreFailure } from "./handler-failure.ts";
import { ownKey } from "./view-key.ts";

/** A reply, or what the entity rejected the command with. */
export interface CommandOutcome {
  /** The type of the command. */
  readonly command: string;
  /** Absent when there is none. */
  readonly reply?: unknown;
  readonly rejection?: { readonly name: string; readonly message: string; readonly code?: string };
}

/** After these it is not known, or not final, what becomes of the command. Everything else is what the entity has decided. */
const undecided = [
  ActorFailedError,
  ActorStoppedError,
  AskTimeoutError,
  MailboxOverflowError,
  PersistFailedError,
  PersistRejectedError,
  RecoveryFailedError,
  UnhandledCommandError,
];

/** What names a command of an event, always the same: the event, its part when it was split, and which command of it. */
export function commandPlace({ offset }: EventEnvelope, part: number, command: number): string {
  return part === 0 ? `${offset}/${command}` : `${offset}.${part}/${command}`;
}

/** Where the outcome is recorded. */
export function outcomeKey(place: string): string {
  return ownKey(`outcome ${place}`);
}

/** The outcome of what `ask` asks. @throws whatever leaves it open */
export async function outcomeOf(message: unknown, ask: () => Promise<unknown>): Promise<CommandOutcome> {
  const command = messageType(message);
  try {
    const reply = await ask();
    return reply === undefined ? { command } : { command, reply };
  } catch (error) {
    if (isStoreFailure(error) || undecided.some((kind) => error instanceof kind)) throw error;
    return { command, rejection: rejectionOf(error) };
  }
}

/** The failure of the store behind an error, if there is one: that passes, and is no fault of the handler. */
export function rootFailure(error: unknown): unknown {
  return causesOf(error).find(isStoreFailure) ?? error;
}

function rejectionOf(error: unknown): { readonly name: string; readonly message: string; readonly code?: string } {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error) };
  const { message } = error;
  const name = error.name === "Error" ? error.constructor.name : error.name;
  return "code" in error && typeof error.code === "string" ? { name, message, code: error.code } : { name, message };
}
