/** A message on its way to an actor, with the address for its reply. */

/** Where the answer to a message goes. The first answer counts, later ones are ignored. */
export interface ReplyAddress {
  /** @param offset of the last event that the answer depends on; entities alone know it, in the history of their store */
  resolve(value: unknown, offset?: number): void;
  reject(error: Error): void;
}

/** What lies in a mailbox. */
export interface Envelope<M = unknown> {
  readonly message: M;
  /** Absent when nobody asked. */
  readonly reply: ReplyAddress | undefined;
  /** What the sender gave along. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** Absent when the command has no id: then it cannot be recognised when it comes again. */
  readonly commandId?: string | undefined;
  /** Asked when its turn comes; when it says no, the message is passed over: its timer was cancelled meanwhile. */
  readonly wanted?: () => boolean;
}
