/** References: how a message reaches an actor, and how a question gets its answer back. */
import type { ActorCell } from "./actor-cell.ts";
import type { AskOptions, Asks, AskTarget } from "./ask.ts";
import type { CommandNamed, CommandType, ReplyOf } from "./command.ts";
import { assertCommandId } from "./command-id.ts";
import type { Envelope, ReplyAddress } from "./envelope.ts";
import type { NactRef } from "./nact-actor.ts";

/** What may go along with a message that expects no answer. */
export type TellOptions = Pick<AskOptions, "commandId" | "metadata">;

/** The address of an actor, whatever messages it takes. */
export interface AnyActorRef {
  /** Such as `shop://user/greeter` or `shop://entity/cart/42`: for people and logs. */
  readonly path: string;
}

/** The address of an actor. */
export interface ActorRef<M> extends AnyActorRef {
  /** The nact reference: nact's own `dispatch` and `query` reach the same mailbox through it. */
  readonly nact: NactRef<M>;

  /** Sends without waiting for anything. A message that cannot be delivered becomes a `DeadLetter`. */
  tell(message: M, options?: TellOptions): void;

  /**
   * Sends, and resolves with the reply. Always settles.
   *
   * @throws (as a rejection) the very error that the actor rejected with, or AskTimeoutError, ActorStoppedError, ActorFailedError,
   * MailboxOverflowError, and of entities also PersistFailedError, PersistRejectedError, RecoveryFailedError, UnhandledCommandError
   */
  ask<const T extends CommandType<M>>(
    command: CommandNamed<M, T> & { readonly type: T },
    options?: AskOptions,
  ): Promise<ReplyOf<CommandNamed<M, T>>>;
  ask<Reply = unknown>(message: M, options?: AskOptions): Promise<Reply>;
}

/** A reference of this library. */
export abstract class CellRef implements AskTarget {
  abstract readonly path: string;
  abstract readonly nact: NactRef<never>;
  readonly #asks: Asks;

  constructor(asks: Asks) {
    this.#asks = asks;
  }

  /** The cell, if there is a live one. */
  abstract liveCell(): ActorCell | undefined;

  /** Brings an envelope to its mailbox; answers it when that cannot be. */
  protected abstract send(envelope: Envelope): void;

  tell(message: unknown, options?: TellOptions): void {
    this.send(envelopeOf(message, undefined, options));
  }

  ask(message: unknown, options?: AskOptions): Promise<never>;
  ask(message: unknown, options?: AskOptions): Promise<unknown> {
    return this.#asks.ask(this, message, options);
  }

  /** Sends a question. */
  question(message: unknown, reply: ReplyAddress, options: AskOptions | undefined): void {
    this.send(envelopeOf(message, reply, options));
  }

  /** Asks with another address for the reply in front of the asker's own. */
  protected askThrough(
    message: unknown,
    options: AskOptions | undefined,
    inFrontOf: (reply: ReplyAddress) => ReplyAddress,
  ): Promise<unknown> {
    const question: AskTarget["question"] = (_message, reply) => this.question(message, inFrontOf(reply), options);
    return this.#asks.ask({ path: this.path, question }, message, options);
  }
}

/** The live actor behind a reference. @throws TypeError when it is no reference of this library */
export function liveCellOf(ref: unknown): ActorCell | undefined {
  if (ref instanceof CellRef) return ref.liveCell();
  throw new TypeError(`expected a reference made by this library, not ${ref === null ? "null" : typeof ref}`);
}

/** A reference to one actor for as long as it lives. */
export class LocalRef extends CellRef {
  readonly #cell: ActorCell;

  constructor(asks: Asks, cell: ActorCell) {
    super(asks);
    this.#cell = cell;
  }

  get path(): string {
    return this.#cell.path;
  }

  get nact(): NactRef<never> {
    return this.#cell.nact;
  }

  liveCell(): ActorCell | undefined {
    return this.#cell.ended ? undefined : this.#cell;
  }

  send(envelope: Envelope): void {
    this.#cell.enqueue(envelope);
  }
}

/** @throws TypeError when `commandId` cannot be one */
function envelopeOf(message: unknown, reply: ReplyAddress | undefined, options: TellOptions | undefined): Envelope {
  const commandId = options?.commandId;
  if (commandId === undefined) return { message, reply, metadata: options?.metadata, commandId };
  assertCommandId(commandId);
  return { message, reply, metadata: { ...options?.metadata, commandId }, commandId };
}
