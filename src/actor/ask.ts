/** Questions that always settle: with the reply, with an error, or when their time is up. */
import type { Clock } from "../clock.ts";
import { ActorStoppedError, AskTimeoutError } from "../errors.ts";
import { messageType } from "./command.ts";
import { DeadlineQueue, Waiting } from "./deadline-queue.ts";
import type { ReplyAddress } from "./envelope.ts";

/** So many different lengths of time are kept before those that nobody waits for are dropped. */
const queuesMax = 64;

/** How a single question differs from the defaults. */
export interface AskOptions {
  /** Rejects with AskTimeoutError after this time, in milliseconds. Default: the system's `askTimeoutMs`, 5,000. */
  readonly timeoutMs?: number;
  /**
   * Names the command, so that an entity recognises its repetition: whatever was stored for it is stored once, and every
   * repetition gets the first one's reply. Non-empty, at most 1,024 code units. Part of the metadata of its events.
   */
  readonly commandId?: string;
  /** Stored with the events that the command leads to. Plain JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Aborting it rejects the question with the signal's reason; the command may still be handled. */
  readonly signal?: AbortSignal;
}

/** Whoever is asked. */
export interface AskTarget {
  readonly path: string;
  /** Brings the message to its mailbox with the address for its reply; answers it when that cannot be. */
  question(message: unknown, reply: ReplyAddress, options: AskOptions | undefined): void;
}

/** One question that has not been answered yet. */
class Ask extends Waiting implements ReplyAddress {
  readonly #target: AskTarget;
  readonly #message: unknown;
  readonly #timeoutMs: number;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  #stopListening: (() => void) | undefined;

  constructor(
    target: AskTarget,
    message: unknown,
    timeoutMs: number,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super();
    this.#target = target;
    this.#message = message;
    this.#timeoutMs = timeoutMs;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  resolve(value: unknown): void {
    this.#settle();
    this.#resolve(value);
  }

  reject(error: unknown): void {
    this.#settle();
    this.#reject(error);
  }

  expire(): void {
    this.reject(new AskTimeoutError(this.#target.path, messageType(this.#message), this.#timeoutMs));
  }

  override abandon(): void {
    this.reject(new ActorStoppedError(this.#target.path, "the actor system has terminated"));
  }

  listenTo(signal: AbortSignal): void {
    const abort = (): void => this.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    this.#stopListening = () => signal.removeEventListener("abort", abort);
  }

  #settle(): void {
    this.queue?.remove(this);
    this.#stopListening?.();
    this.#stopListening = undefined;
  }
}

/** How the promise that was made last is settled. */
const settlers: { resolve: (value: unknown) => void; reject: (error: unknown) => void } = {
  resolve: () => undefined,
  reject: () => undefined,
};

/** One function for every question: a closure for each would be a third of what a question takes. */
function takeSettlers(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  settlers.resolve = resolve;
  settlers.reject = reject;
}

/** The questions of one system that wait for an answer, one queue for each length of time. */
export class Asks {
  readonly #clock: Clock;
  readonly #defaultTimeoutMs: number;
  readonly #queues = new Map<number, DeadlineQueue>();

  constructor(clock: Clock, defaultTimeoutMs: number) {
    this.#clock = clock;
    this.#defaultTimeoutMs = defaultTimeoutMs;
  }

  /**
   * Asks: `target` gets the message once with the address for the reply, unless the signal is aborted already.
   *
   * @throws TypeError when the options are of the wrong kind (as a rejection)
   */
  ask(target: AskTarget, message: unknown, options: AskOptions | undefined): Promise<unknown> {
    const promise = new Promise(takeSettlers);
    const { resolve, reject } = settlers;
    try {
      this.#put(target, message, options, resolve, reject);
    } catch (error) {
      reject(error);
    }
    return promise;
  }

  #put(
    target: AskTarget,
    message: unknown,
    options: AskOptions | undefined,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    const timeoutMs = options?.timeoutMs ?? this.#defaultTimeoutMs;
    const queue = this.#queueOf(timeoutMs);
    const question = new Ask(target, message, timeoutMs, resolve, reject);
    if (options?.signal) {
      if (options.signal.aborted) return question.reject(options.signal.reason);
      question.listenTo(options.signal);
    }
    queue.add(question);
    try {
      target.question(message, question, options);
    } catch (error) {
      question.reject(error);
    }
  }

  /** Rejects whatever still waits with ActorStoppedError, and releases every timer. */
  close(): void {
    for (const queue of this.#queues.values()) queue.close();
    this.#queues.clear();
  }

  #queueOf(timeoutMs: number): DeadlineQueue {
    let queue = this.#queues.get(timeoutMs);
    if (!queue) {
      if (!(typeof timeoutMs === "number" && timeoutMs > 0))
        throw new TypeError(`timeoutMs must be a number above 0, not ${String(timeoutMs)}`);
      if (this.#queues.size >= queuesMax) this.#dropIdleQueues();
      queue = new DeadlineQueue(this.#clock, timeoutMs, true);
      this.#queues.set(timeoutMs, queue);
    }
    return queue;
  }

  #dropIdleQueues(): void {
    for (const [timeoutMs, queue] of this.#queues) {
      if (!queue.idle) continue;
      queue.close();
      this.#queues.delete(timeoutMs);
    }
  }
}
