/** A reply, and how far the store must have been read to see what it depends on. */
import type { ReplyAddress } from "../actor/envelope.ts";

/** A reply, and what it depends on. */
export interface ReplyWithOffset<Reply> {
  readonly reply: Reply;
  /**
   * Of the last event of the command's own commit. For a command that stored nothing, a repeated one included: at least that of
   * the last event that its reply depends on, and never beyond what is durable. 0 while there is none.
   */
  readonly offset: number;
}

/** An address in front of another, which gets the offset together with the reply. */
export function withOffset(reply: ReplyAddress): ReplyAddress {
  return {
    resolve: (value, offset = 0) => reply.resolve({ reply: value, offset } satisfies ReplyWithOffset<unknown>),
    reject: (error) => reply.reject(error),
  };
}
