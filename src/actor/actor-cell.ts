/** One actor: its mailbox, its turns, its present incarnation, and how it ends. */
import { ActorFailedError, ActorStoppedError, MailboxOverflowError, RecoveryFailedError } from "../errors.ts";
import { encodeName } from "./actor-name.ts";
import { pathOf } from "./actor-path.ts";
import type { Cell, CellHost } from "./cell-host.ts";
import type { Dispatchable } from "./dispatcher.ts";
import type { Envelope } from "./envelope.ts";
import type { EndReason, Incarnation } from "./incarnation.ts";
import { defaultMailboxCapacity, Mailbox } from "./mailbox.ts";
import { type NactHandle, type NactHost, type NactRef, replyThroughNact, spawnHosted } from "./nact-actor.ts";
import { Pause } from "./pause.ts";
import { RestartBackoff, type Supervision } from "./supervision.ts";

/** A turn takes at most so many messages, so that other actors and I/O get theirs. */
export const messagesPerTurn = 512;

/** What makes one actor differ from another. */
export interface CellProperties {
  readonly parent: NactRef;
  readonly name: string;
  readonly mailboxCapacity?: number | undefined;
  readonly supervision?: Supervision | undefined;
  /** Makes the next incarnation. */
  incarnate(cell: ActorCell): Incarnation;
  /** Called once, when the actor has ended. */
  onEnd?(cell: ActorCell): void;
  /** Offered what came after a graceful stop; true when it has a better place for it than the dead letters. */
  redeliver?(envelope: Envelope): boolean;
}

/** In the mailbox: stop gracefully when this is reached. */
const poison: Envelope = Object.freeze({ message: undefined, reply: undefined, metadata: undefined });

type Status = "new" | "running" | "restarting" | "ending" | "ended";

/** A live actor. */
export class ActorCell implements Cell, Dispatchable, NactHost {
  readonly #host: CellHost;
  readonly #properties: CellProperties;
  readonly #mailbox: Mailbox<Envelope>;
  #backoff: RestartBackoff | undefined;
  readonly #handle: NactHandle;
  #incarnation: Incarnation;
  #status: Status = "new";
  #turnRequested = false;
  #inHand: Envelope | undefined;
  #pause: Pause | undefined;
  #onEnded: Set<(error?: unknown) => void> | undefined;

  /** @throws NameTakenError, or the error of nact when the parent has stopped */
  constructor(host: CellHost, properties: CellProperties) {
    this.#host = host;
    this.#properties = properties;
    this.#mailbox = new Mailbox(properties.mailboxCapacity ?? defaultMailboxCapacity);
    this.#handle = spawnHosted(properties.parent, encodeName(properties.name), this);
    this.#incarnation = properties.incarnate(this);
    host.cellStarted(this);
  }

  get nact(): NactRef {
    return this.#handle.reference;
  }

  /** Made anew each time: only what goes wrong, and who listens to the system, asks for it. */
  get path(): string {
    return pathOf(this.#handle.reference);
  }

  get ended(): boolean {
    return this.#status === "ended";
  }

  /** Ends now if nothing waits and nothing is under way; no message can be lost by it. */
  endIfIdle(): boolean {
    const idle =
      this.#status === "running" && !this.#turnRequested && this.#mailbox.length === 0 && this.#incarnation.idle;
    if (idle) this.#end("stopped");
    return idle;
  }

  /** Puts a message into the mailbox; a full or dead one answers with the reason. */
  enqueue(envelope: Envelope): void {
    if (this.#status === "ended") return this.#refuseDead(envelope);
    if (!this.#mailbox.push(envelope)) {
      this.#host.dropped(this.path, envelope.message, "mailbox");
      envelope.reply?.reject(new MailboxOverflowError(this.path, this.#mailbox.capacity));
      return;
    }
    if (!this.#turnRequested) this.#requestTurn();
  }

  /** Puts messages that had their place before in front of all others, in their order. */
  replayFirst(envelopes: readonly Envelope[]): void {
    for (let index = envelopes.length - 1; index >= 0; index--) {
      const envelope = envelopes[index];
      if (envelope) this.#mailbox.pushFront(envelope);
    }
    if (envelopes.length > 0 && !this.#turnRequested) this.#requestTurn();
  }

  /** Asks for a turn so that the incarnation is started although no message has come. */
  wake(): void {
    if (!this.#turnRequested && this.#status !== "ended") this.#requestTurn();
  }

  /** Stops after everything that is in the mailbox now. Resolves when the actor has ended. */
  stop(): Promise<void> {
    if (this.#status !== "ended") {
      this.#mailbox.pushAnyway(poison);
      if (!this.#turnRequested) this.#requestTurn();
    }
    return this.whenEnded();
  }

  /** Ends at once; what is in the mailbox becomes dead letters. */
  kill(): void {
    this.#end("killed");
  }

  whenEnded(): Promise<void> {
    if (this.#status === "ended") return Promise.resolve();
    return new Promise((resolve) => this.onEnded(() => resolve()));
  }

  /** Calls back synchronously when the actor ends, at once if it has; not after the result was called. */
  onEnded(callback: (error?: unknown) => void): () => void {
    this.#onEnded ??= new Set();
    if (this.#status === "ended") callback();
    else this.#onEnded.add(callback);
    return () => void this.#onEnded?.delete(callback);
  }

  // --- NactHost

  begin(): void {
    if (this.#status !== "restarting") return;
    this.#status = "new";
    this.#incarnation = this.#properties.incarnate(this);
    this.#turnRequested = false;
    this.wake();
  }

  deliver(message: unknown, sender: NactRef | undefined): void {
    this.enqueue({ message, reply: sender && replyThroughNact(sender), metadata: undefined });
  }

  async decide(error: unknown): Promise<"restart" | "stop"> {
    if (this.#status === "ended") return "stop";
    this.#status = "restarting";
    this.#backoff ??= new RestartBackoff(this.#properties.supervision);
    const pauseMs = this.#backoff.failed(this.#host.clock.monotonic(), error);
    const [{ path }, { restarts }, willRestart] = [this, this.#backoff, pauseMs !== undefined];
    this.#host.tell({ type: "ActorFailed", path, error, restarts, willRestart });
    if (error instanceof RecoveryFailedError) this.#refuseAll(error);
    await this.#incarnation.settle();
    if (pauseMs === undefined) this.#end("stopped", error);
    if (this.ended) return "stop";
    this.#incarnation.end("restarting", error);
    this.#pause = new Pause();
    if (pauseMs !== undefined) await this.#pause.wait(this.#host.clock, pauseMs);
    return this.ended ? "stop" : "restart";
  }

  stopped(): void {
    this.#end("killed");
  }

  // --- turns

  runTurn(): number {
    try {
      const taken = this.#turn();
      if (typeof taken === "number") return taken;
      taken.catch((error: unknown) => this.#handle.crashed(error));
    } catch (error) {
      this.#handle.crashed(error);
    }
    return 1;
  }

  /** Returns how many messages it took, or a promise when it has to wait. */
  #turn(): number | Promise<unknown> {
    if (this.#status === "ended") return 0;
    if (this.#status === "new") {
      const started = this.#incarnation.start();
      if (started) return this.#continueAfter(started, messagesPerTurn);
      this.#status = "running";
    }
    return this.#drain(messagesPerTurn);
  }

  #drain(budget: number): number | Promise<unknown> {
    const incarnation = this.#incarnation;
    let left = budget;
    for (; left > 0; left--) {
      if (this.ended) return budget - left;
      if (incarnation.stopping) return this.#finish(incarnation);
      try {
        const wait = incarnation.admit();
        if (wait) return this.#continueAfter(wait, left);
        const envelope = this.#mailbox.shift();
        if (!envelope) break;
        if (envelope === poison) return this.#finish(incarnation);
        if (envelope.wanted?.() === false) continue;
        this.#inHand = envelope;
        const pending = incarnation.receive(envelope);
        if (pending) return this.#continueAfter(pending, left - 1);
      } catch (error) {
        this.#fail(incarnation, error);
      }
      this.#inHand = undefined;
      if (incarnation.sated) break;
    }
    incarnation.endTurn();
    if (incarnation.stopping) return this.#finish(incarnation);
    this.#turnRequested = false;
    if (this.#mailbox.length > 0) this.#requestTurn();
    return budget - left;
  }

  #continueAfter(pending: Promise<void>, left: number): Promise<unknown> {
    const incarnation = this.#incarnation;
    if (this.#status !== "new") incarnation.endTurn();
    // The actor may have been killed meanwhile; then this incarnation must not go on.
    const isOver = (): boolean => incarnation !== this.#incarnation || this.ended;
    return pending.then(
      () => {
        this.#inHand = undefined;
        if (isOver()) return;
        if (this.#status === "new") this.#status = "running";
        return this.#drain(left);
      },
      (error: unknown) => {
        if (!isOver()) this.#fail(incarnation, error);
      },
    );
  }

  /** Answers whoever sent the message that failed, and gives the error to nact's supervision. */
  #fail(incarnation: Incarnation, error: unknown): never {
    const envelope = this.#inHand;
    this.#inHand = undefined;
    this.#turnRequested = true;
    incarnation.endTurn();
    envelope?.reply?.reject(
      error instanceof ActorFailedError ? error : new ActorFailedError(this.path, "handling a message", error),
    );
    throw error;
  }

  async #finish(incarnation: Incarnation): Promise<void> {
    this.#status = "ending";
    incarnation.endTurn();
    await incarnation.settle();
    this.#end("stopped");
  }

  #requestTurn(): void {
    this.#turnRequested = true;
    this.#host.dispatcher.request(this);
  }

  // --- the end

  #end(reason: EndReason, error?: unknown): void {
    if (this.#status === "ended") return;
    this.#status = "ended";
    // First of all, because whatever is told from here on must not reach this actor any more.
    for (const callback of this.#onEnded ?? []) callback(error);
    this.#onEnded = undefined;
    this.#handle.stop();
    this.#pause?.cutShort();
    this.#inHand?.reply?.reject(
      new ActorStoppedError(this.path, `it was ${reason} while it handled the message`, error),
    );
    this.#incarnation.end(reason, error);
    const leftovers = this.#mailbox.drain();
    this.#properties.onEnd?.(this);
    this.#host.cellEnded(this);
    const gracefully = reason === "stopped" && error === undefined;
    for (const envelope of leftovers) {
      const redelivered = gracefully && envelope !== poison && this.#properties.redeliver?.(envelope);
      if (envelope !== poison && !redelivered) this.#refuseDead(envelope, error);
    }
  }

  #refuseDead(envelope: Envelope, error?: unknown): void {
    this.#host.deadLetter(this.path, envelope.message, "the actor has stopped");
    envelope.reply?.reject(new ActorStoppedError(this.path, "it has stopped", error));
  }

  /** Recovery failed: whatever waited for it is answered with the reason, except a request to stop. */
  #refuseAll(error: RecoveryFailedError): void {
    for (const envelope of this.#mailbox.drain()) {
      if (envelope === poison) this.#mailbox.pushAnyway(poison);
      else if (envelope.reply) envelope.reply.reject(error);
      else this.#host.deadLetter(this.path, envelope.message, error.message);
    }
  }
}
