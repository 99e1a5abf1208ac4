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

interface Received {
  readonly message: unknown;
  readonly reply: (value: unknown) => void;
}

/** Receives for a test. Works with any runner: a failed expectation throws an AssertionError. */
export class TestProbe {
  readonly ref: ActorRef<unknown>;
  readonly #received: Received[] = [];
  #onReceived: (() => void) | undefined;
  #last: Received | undefined;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(system: ActorSystem, name?: string) {
    const receive = (_state: undefined, message: unknown, { reply }: { reply: Received["reply"] }): undefined => {
      this.#received.push({ message, reply });
      this.#onReceived?.();
    };
    this.ref = system.spawn(actor<unknown, undefined>({ initialState: undefined, receive }), name);
  }

  /** The next message, which must be deeply equal to `expected`, or satisfy it if it is a function. Resolves with the message. */
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
    if (this.#received.length === 0) await this.#wait(ms);
    const [unexpected] = this.#received;
    if (unexpected) fail(`expected no message for ${ms} ms, received ${show(unexpected.message)}`, unexpected.message);
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
    try {
      const result = await fn();
      const took = systemClock.monotonic() - start;
      if (took > ms) fail(`expected to be done within ${ms} ms, took ${Math.ceil(took)} ms`);
      return result;
    } finally {
      this.#deadline = outer;
    }
  }

  /** Answers whoever asked with the message that was received last. */
  reply(value: unknown): void {
    if (!this.#last) fail("there is no message to reply to");
    this.#last.reply(value);
  }

  async #next(timeoutMs: number, expected: () => string): Promise<unknown> {
    if (this.#received.length === 0) await this.#wait(timeoutMs);
    const next = this.#received.shift();
    if (!next) fail(`expected ${expected()}, received nothing within ${Math.max(0, Math.ceil(timeoutMs))} ms`);
    this.#last = next;
    return next.message;
  }

  /** Resolves when a message comes, or the time is up. */
  #wait(ms: number): Promise<void> {
    const bounded = Math.max(0, Math.min(ms, this.#deadline - systemClock.monotonic()));
    return new Promise((resolve) => {
      const timer: Timer = systemClock.setTimer(bounded, () => this.#onReceived?.());
      this.#onReceived = () => {
        timer.cancel();
        this.#onReceived = undefined;
        resolve();
      };
    });
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
  throw new AssertionError({ message, actual, expected, stackStartFn: fail });
}
