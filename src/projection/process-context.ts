/** What the handler of a process works with. */
import type { CommandNamed, CommandType, ReplyOf } from "../actor/command.ts";
import type { EventSourcedDefinition } from "../persistence/event-sourced.ts";
import type { Metadata } from "../storage/stored-event.ts";
import type { ViewTransaction } from "./view-transaction.ts";

/** How a command of a process differs from the defaults. */
export interface ProcessAskOptions {
  /** How long one attempt waits, in milliseconds. Default: that of the actor system. */
  readonly timeoutMs?: number;
  /** Beside correlationId and causationId. */
  readonly metadata?: Metadata;
}

/** What a handler of a process is given beside the event. */
export interface ProcessContext {
  /** What the process remembers from event to event; stored when the handler is through. */
  readonly view: ViewTransaction;
  /** Aborted when the process manager is stopped. */
  readonly signal: AbortSignal;
  /**
   * Sends a command and gives its reply. The n-th command of an event has the same command id for ever, so its entity carries it out
   * once; the outcome is recorded before the handler learns of it, so a repetition takes the same way.
   *
   * @throws CommandRejectedError when the entity rejects it. When the outcome is unknown the handler is begun anew, whatever it does
   * about the error
   */
  ask<C, E, S, const T extends CommandType<C>>(
    definition: EventSourcedDefinition<C, E, S>,
    entityId: string,
    command: CommandNamed<C, T> & { readonly type: T },
    options?: ProcessAskOptions,
  ): Promise<ReplyOf<CommandNamed<C, T>>>;
}
