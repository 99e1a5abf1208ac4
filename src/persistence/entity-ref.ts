/** The address of an entity, live or not. */

import type { ActorRef } from "../actor/actor-ref.ts";
import type { AskOptions } from "../actor/ask.ts";
import type { CommandNamed, CommandType, ReplyOf } from "../actor/command.ts";
import type { ReplyWithOffset } from "./reply-with-offset.ts";

/** Reaches one entity for ever: its first message activates and recovers it, also after it was stopped, killed or passivated. */
export interface EntityRef<C> extends ActorRef<C> {
  readonly entityId: string;
  readonly persistenceId: string;

  /** See {@link ActorRef.ask}; the reply has the type that the command declares. */
  ask<const T extends CommandType<C>>(
    command: CommandNamed<C, T> & { readonly type: T },
    options?: AskOptions,
  ): Promise<ReplyOf<CommandNamed<C, T>>>;
  ask<Reply = unknown>(message: C, options?: AskOptions): Promise<Reply>;

  /**
   * Asks, and tells besides how far the store has come: whoever has seen every event up to that offset has seen everything that
   * the reply depends on.
   */
  askWithOffset<const T extends CommandType<C>>(
    command: CommandNamed<C, T> & { readonly type: T },
    options?: AskOptions,
  ): Promise<ReplyWithOffset<ReplyOf<CommandNamed<C, T>>>>;
  askWithOffset<Reply = unknown>(message: C, options?: AskOptions): Promise<ReplyWithOffset<Reply>>;
}
