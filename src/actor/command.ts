/** Messages that carry the type of their reply. */

declare const replyType: unique symbol;

/** Where a command's type keeps the type of its reply. No value ever has it. */
export interface Replies<Reply> {
  readonly [replyType]?: { readonly reply: Reply };
}

/**
 * A command: plain JSON with a `type`, and the type of its reply known to the compiler alone.
 * Without a third parameter there is no reply, and `ask` resolves to undefined.
 */
export type Command<Type extends string, Payload extends object = object, Reply = undefined> = {
  readonly type: Type;
} & Payload &
  Replies<Reply>;

/** The type of the reply to the message `M`; unknown when it is no {@link Command}. */
export type ReplyOf<M> =
  M extends Replies<infer _Reply>
    ? typeof replyType extends keyof M
      ? NonNullable<M[typeof replyType]>["reply"]
      : unknown
    : unknown;

/** The names of the commands in the union `M`. */
export type CommandType<M> = M extends { readonly type: infer Type extends string } ? Type : never;

/** The commands of the union `M` that are called `Type`. */
export type CommandNamed<M, Type> = M extends { readonly type: infer Own } ? (Own extends Type ? M : never) : never;

/** What a message is called in errors and events: its `type`, or what JavaScript calls it. */
export function messageType(message: unknown): string {
  if (typeof message === "object" && message !== null && "type" in message && typeof message.type === "string") {
    return message.type;
  }
  return typeof message === "string" ? JSON.stringify(message.slice(0, 40)) : typeof message;
}
