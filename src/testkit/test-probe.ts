/** An actor that a test looks through: it keeps what it is sent until the test expects it. */
import { AssertionError } from "node:assert";
import { inspect, isDeepStrictEqual } from "node:util";
import { actor } from "../actor/actor-definition.ts";
import type { ActorRef } from "../actor/actor-ref.ts";
import { systemClock, type Timer } from "../clock.ts";
import type { ActorSystem } from "../system/actor-system.ts";

/** How long an expectation waits unless told otherwise, in milliseconds of real time. */
export const defaultExpectTimeoutMs = 3_000;

/** How long silence must last unless told otherwise, in milliseconds of real time. */
export const defaultSilenceMs = 100;

/** So much longer than its limit `within` waits for what never ends, so that an expectation inside has the last word. */
const lastWordMs = 20;

interface Received {
  readonly message: unknown;
  readonly reply: (value: unknown) => void;
}

/** Receives for a test. Works with any runner: a failed expectation throws an AssertionError. */
export class TestProbe {
  readonly ref: ActorRef<unknown>;
  readonly #received: Received[] = [];
  /** Expectations that wait for a message, the oldest first. */
  readonly #waiting = new Set<(received: Received) => void>();
  #last: Received | undefined;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(system: ActorSystem, name?: string) {
    const receive = (_state: undefined, message: unknown, { reply }: { reply: Received["reply"] }): undefined => {
      const [first] = this.#waiting;
      if (first) first({ message, reply });
      else this.#received.push({ message, reply });
    };
    this.ref = system.spawn(actor<unknown, undefined>({ initialState: undefined, receive }), name);
  }

  /** The next message (expectations that wait at the same time are served in order), which must be deeply equal to `expected`, or satisfy it if it is a function. Resolves with the message. */
  async expectMessage<M = unknown>(
    expected: M | ((message: M) => boolean),
    timeoutMs: number = defaultExpectTimeoutMs,
  ): Promise<M> {
    const message = (await this.#next(timeoutMs, () => describe(expected))) as M;
    const matches = isPredicate<M>(expected) ? expected(message) : isDeepStrictEqual(message, expected);
    if (!matches) fail(`expected ${describe(expected)}, received ${show(message)}`, message, expected);
    return message;
  }

  /** Nothing is waiting, and nothing comes for `ms`. */
  async expectNoMessage(ms: number = defaultSilenceMs): Promise<void> {
    const unexpected = await this.#take(this.#bounded(ms));
    if (!unexpected) return;
    this.#received.unshift(unexpected);
    fail(`expected no message for ${ms} ms, received ${show(unexpected.message)}`, unexpected.message);
  }

  /** The next `n` messages. */
  async receiveN(n: number, timeoutMs: number = defaultExpectTimeoutMs): Promise<unknown[]> {
    const messages: unknown[] = [];
    const until = systemClock.monotonic() + timeoutMs;
    while (messages.length < n) {
      const left = until - systemClock.monotonic();
      messages.push(await this.#next(left, () => `${n} messages within ${timeoutMs} ms (got ${messages.length})`));
    }
    return messages;
  }

  /** Runs `fn`, all of whose expectations together must be met within `ms`. */
  async within<T>(ms: number, fn: () => T | Promise<T>): Promise<T> {
    const outer = this.#deadline;
    const start = systemClock.monotonic();
    this.#deadline = Math.min(outer, start + ms);
    let timer: Timer | undefined;
    const overdue = new Promise<never>((_resolve, reject) => {
      const error = failure(`expected to be done within ${ms} ms, and is not done yet`);
      timer = systemClock.setTimer(ms + lastWordMs, () => reject(error));
    });
    try {
      const result = await Promise.race([fn(), overdue]);
      const took = systemClock.monotonic() - start;
      if (took > ms) fail(`expected to be done within ${ms} ms, took ${Math.ceil(took)} ms`);
      return result;
    } finally {
      timer?.cancel();
      this.#deadline = outer;
    }
  }

  /** Answers whoever asked with the message that was received last. */
  reply(value: unknown): void {
    if (!this.#last) fail("there is no message to reply to");
    this.#last.reply(value);
  }

  async #next(timeoutMs: number, expected: () => string): Promise<unknown> {
    const boundedMs = this.#bounded(timeoutMs);
    const next = await this.#take(boundedMs);
    if (!next) fail(`expected ${expected()}, received nothing within ${Math.ceil(boundedMs)} ms`);
    this.#last = next;
    return next.message;
  }

  /** The next message, if there is one within `ms`. */
  #take(ms: number): Promise<Received | undefined> {
    const received = this.#received.shift();
    if (received) return Promise.resolve(received);
    return new Promise((resolve) => {
      const done = (received: Received | undefined): void => {
        timer.cancel();
        this.#waiting.delete(done);
        resolve(received);
      };
      const timer = systemClock.setTimer(ms, () => done(undefined));
      this.#waiting.add(done);
    });
  }

  /** What `within` leaves of a wait. */
  #bounded(ms: number): number {
    return Math.max(0, Math.min(ms, this.#deadline - systemClock.monotonic()));
  }
}

function isPredicate<M>(expected: unknown): expected is (message: M) => boolean {
  return typeof expected === "function";
}

function describe(expected: unknown): string {
  return typeof expected === "function" ? `a message that satisfies ${expected}` : show(expected);
}

function show(value: unknown): string {
  return inspect(value, { depth: 5, breakLength: 100 });
}

function fail(message: string, actual?: unknown, expected?: unknown): never {
  throw failure(message, actual, expected);
}

function failure(message: string, actual?: unknown, expected?: unknown): AssertionError {
  return new AssertionError({ message, actual, expected, stackStartFn: fail });
}
