/** Questions, apart from any actor: what they resolve with, and when they give up. */
import { getEventListeners } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { ActorStoppedError, AskTimeoutError } from "rekindle";
import { type AskOptions, Asks, type AskTarget } from "#src/actor/ask.js";
import type { ReplyAddress } from "#src/actor/envelope.js";
import { rejection } from "../support/rejection.ts";
import { WatchedClock } from "../support/watched-clock.ts";

describe("Asks", () => {
  let clock: WatchedClock;
  let asks: Asks;
  let addresses: ReplyAddress[];

  beforeEach(() => {
    clock = new WatchedClock();
    asks = new Asks(clock, 5_000);
    addresses = [];
  });

  function ask(options?: AskOptions, message: unknown = { type: "Greet" }): Promise<unknown> {
    const question: AskTarget["question"] = (_message, reply) => addresses.push(reply);
    return asks.ask({ path: "shop://user/greeter", question }, message, options);
  }

  function answer(value: unknown): void {
    for (const address of addresses.splice(0)) address.resolve(value);
  }

  it("resolve with the reply", async () => {
    const reply = ask();
    answer("hello");
    expect(await reply).to.equal("hello");
  });

  it("reject with the very error", async () => {
    const error = new Error("closed");
    const reply = ask();
    addresses[0]?.reject(error);
    expect(await rejection(reply)).to.equal(error);
  });

  it("take the first answer and ignore the others", async () => {
    const [resolved, rejected] = [ask(), ask()];
    addresses[0]?.resolve(1);
    addresses[0]?.reject(new Error("late"));
    addresses[1]?.reject(new Error("first"));
    addresses[1]?.resolve(2);
    expect(await resolved).to.equal(1);
    expect(await rejection(rejected)).to.have.property("message", "first");
  });

  it("name the path, the message and the time when nobody answers", async () => {
    const reply = ask({ timeoutMs: 250 });
    clock.advance(250);
    const error = await rejection(reply);
    expect(error).to.be.instanceOf(AskTimeoutError);
    expect(error).to.include({ path: "shop://user/greeter", messageType: "Greet", timeoutMs: 250 });
    expect(error.message).to.match(
      /^shop:\/\/user\/greeter did not answer Greet within 250 ms; the outcome is unknown/,
    );
  });

  it("wait for the default time unless told otherwise, and not a moment less", async () => {
    const order: string[] = [];
    const replies = [rejection(ask()), rejection(ask({ timeoutMs: 4_999 }))];
    void replies[0]?.then(() => order.push("default"));
    void replies[1]?.then(() => order.push("own"));
    clock.advance(4_999);
    await replies[1];
    expect(order).to.deep.equal(["own"]);
    clock.advance(1);
    await replies[0];
    expect(order).to.deep.equal(["own", "default"]);
  });

  for (const timeoutMs of [0, -1, Number.NaN, "5" as never]) {
    it(`refuse a timeoutMs of ${String(timeoutMs)} with a TypeError, unsent`, async () => {
      const { signal } = new AbortController();
      expect(await rejection(ask({ timeoutMs, signal }))).to.be.instanceOf(TypeError);
      expect(addresses).to.deep.equal([]);
      expect(getEventListeners(signal, "abort")).to.deep.equal([]);
    });
  }

  it("may wait for ever", async () => {
    const reply = ask({ timeoutMs: Number.POSITIVE_INFINITY });
    clock.advance(1e15);
    answer("at last");
    expect(await reply).to.equal("at last");
  });

  it("reject when sending fails", async () => {
    const error = new Error("no way");
    const send = (): void => {
      throw error;
    };
    expect(await rejection(asks.ask({ path: "x", question: send }, {}, undefined))).to.equal(error);
    expect(clock.keepingAlive).to.equal(0);
  });

  it("keep the process alive while one waits, and only then", async () => {
    const replies = [ask(), ask({ timeoutMs: 10 })];
    expect(clock.keepingAlive).to.equal(2);
    answer("done");
    await Promise.all(replies);
    expect(clock.keepingAlive).to.equal(0);
  });

  it("of many different lengths leave no more than a few timers behind", async () => {
    for (let timeoutMs = 1; timeoutMs <= 1_000; timeoutMs++) {
      const reply = ask({ timeoutMs });
      answer("done");
      await reply;
    }
    expect(clock.timers).to.be.at.most(64);
    expect(clock.keepingAlive).to.equal(0);
  });

  it("of many different lengths all end at their own time", async () => {
    const lengths = Array.from({ length: 200 }, (_, index) => 1 + index);
    const expired = lengths.map(async (timeoutMs) => {
      await rejection(ask({ timeoutMs }));
      return clock.monotonic();
    });
    for (const _ of lengths) {
      clock.advance(1);
      await turn();
    }
    expect(await Promise.all(expired)).to.deep.equal(lengths);
  });

  it("that still wait are rejected when the system ends, and no timer is left", async () => {
    const replies = [ask(), ask({ timeoutMs: Number.POSITIVE_INFINITY })];
    asks.close();
    for (const reply of replies) {
      const error = await rejection(reply);
      expect(error).to.be.instanceOf(ActorStoppedError);
      expect(error).to.include({ path: "shop://user/greeter", detail: "the actor system has terminated" });
    }
    expect(clock.timers).to.equal(0);
  });

  describe("with an AbortSignal", () => {
    it("are not sent when it is aborted already", async () => {
      const reason = new Error("changed my mind");
      expect(await rejection(ask({ signal: AbortSignal.abort(reason) }))).to.equal(reason);
      expect(addresses).to.deep.equal([]);
      expect(clock.timers).to.equal(0);
    });

    it("reject with its reason when it is aborted meanwhile, and ignore the reply", async () => {
      const controller = new AbortController();
      const reply = ask({ signal: controller.signal });
      const reason = new Error("changed my mind");
      controller.abort(reason);
      answer("too late");
      expect(await rejection(reply)).to.equal(reason);
      expect(clock.keepingAlive).to.equal(0);
    });

    it("reject with its standard reason when none is given", async () => {
      const controller = new AbortController();
      const reply = ask({ signal: controller.signal });
      controller.abort();
      expect(await rejection(reply)).to.have.property("name", "AbortError");
    });

    it("are not touched by it after the reply, and do not go on listening", async () => {
      const controller = new AbortController();
      const replies = [ask({ signal: controller.signal }), ask({ signal: controller.signal, timeoutMs: 10 })];
      expect(getEventListeners(controller.signal, "abort")).to.have.length(2);
      addresses[0]?.resolve("hello");
      clock.advance(10);
      expect(getEventListeners(controller.signal, "abort")).to.deep.equal([]);
      controller.abort();
      expect(await replies[0]).to.equal("hello");
      expect(await rejection(replies[1] ?? ask())).to.be.instanceOf(AskTimeoutError);
    });
  });
});
