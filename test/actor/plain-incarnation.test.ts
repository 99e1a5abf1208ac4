/** One plain actor, one message at a time. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { type ActorContext, type ActorRef, actor, type Command, type Logger } from "rekindle";
import { ManualClock } from "rekindle/testkit";
import { rejection } from "../support/rejection.ts";
import { systems } from "../support/systems.ts";
import { deferred } from "../support/waiting.ts";

type Context = ActorContext<unknown>;

/** Appends every message to its state; answers a question with what it has had so far. */
const recorder = actor<unknown, unknown[]>({
  initialState: () => [],
  receive(had, message, { reply }) {
    const now = [...had, message];
    reply(now);
    return now;
  },
});

describe("a plain actor", () => {
  const system = systems();

  /** Does with each message what the message says. */
  async function obedient(): Promise<ActorRef<(context: Context) => unknown>> {
    return (await system()).spawn(
      actor<(context: Context) => unknown, undefined>({
        initialState: undefined,
        receive: (_state, message, context) => void message(context as Context),
      }),
    );
  }

  it("takes messages in the order they were sent, tells and asks alike", async () => {
    const ref = (await system()).spawn(recorder);
    const sent = Array.from({ length: 2_000 }, (_, index) => index);
    const asks = sent.map((message) => (message % 3 === 0 ? ref.ask(message) : ref.tell(message)));
    await Promise.all(asks);
    expect(await ref.ask("end")).to.deep.equal([...sent, "end"]);
  });

  it("gives every message the state that the one before has left", async () => {
    const counter = actor<number, number>({
      initialState: 10,
      receive(sum, message, { reply }) {
        reply(sum + message);
        return sum + message;
      },
    });
    const ref = (await system()).spawn(counter);
    expect(await Promise.all([ref.ask(1), ref.ask(2), ref.ask(3)])).to.deep.equal([11, 13, 16]);
  });

  it("does not share the state that a function makes with another actor", async () => {
    const gatherer = actor<unknown, unknown[]>({
      initialState: () => [],
      receive(had, message, { reply }) {
        had.push(message);
        reply(had.length);
        return had;
      },
    });
    const running = await system();
    const [one, other] = [running.spawn(gatherer), running.spawn(gatherer)];
    expect([await one.ask("a"), await one.ask("b"), await other.ask("c")]).to.deep.equal([1, 2, 1]);
  });

  it("takes no other message while a promise is pending", async () => {
    const order: string[] = [];
    const gate = deferred();
    const slow = actor<string, undefined>({
      initialState: undefined,
      async receive(_state, message, { reply }) {
        order.push(`${message} begins`);
        if (message === "first") await gate.promise;
        order.push(`${message} ends`);
        reply(message);
        return undefined;
      },
    });
    const ref = (await system()).spawn(slow);
    const replies = [ref.ask("first"), ref.ask("second")];
    await turn();
    await turn();
    expect(order).to.deep.equal(["first begins"]);
    gate.resolve();
    expect(await Promise.all(replies)).to.deep.equal(["first", "second"]);
    expect(order).to.deep.equal(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("takes the state out of the promise, whatever kind of promise it is", async () => {
    const thenable = (value: number): Promise<number> => {
      const like: PromiseLike<number> = {
        // biome-ignore lint/suspicious/noThenProperty: a promise of another library is what this is about.
        then: (...callbacks) => Promise.resolve(value).then(...callbacks),
      };
      return like as Promise<number>;
    };
    const counter = actor<"promise" | "thenable" | "value", number>({
      initialState: 0,
      receive(sum, kind, { reply }) {
        reply(sum);
        if (kind === "value") return sum + 1;
        return kind === "promise" ? Promise.resolve(sum + 10) : thenable(sum + 100);
      },
    });
    const ref = (await system()).spawn(counter);
    ref.tell("promise");
    ref.tell("thenable");
    expect([await ref.ask("value"), await ref.ask("value")]).to.deep.equal([110, 111]);
  });

  it("answers a question with reply, and with reject by that very error", async () => {
    const ref = await obedient();
    const error = new Error("sold out");
    expect(await ref.ask(({ reply }) => reply({ price: 3 }))).to.deep.equal({ price: 3 });
    expect(await rejection(ref.ask(({ reject }) => reject(error)))).to.equal(error);
    expect(await ref.ask(({ reply }) => reply("still here"))).to.equal("still here");
  });

  it("may answer later, and out of order", async () => {
    const ref = await obedient();
    const kept: Context[] = [];
    const replies = [ref.ask((context) => kept.push(context)), ref.ask((context) => kept.push(context))];
    await ref.ask(({ reply }) => reply(undefined));
    kept[1]?.reply("second");
    expect(await replies[1]).to.equal("second");
    kept[0]?.reject(new Error("first"));
    expect(await rejection(replies[0] ?? ref.ask(() => {}))).to.have.property("message", "first");
  });

  it("answers once: what it says after the first answer is ignored", async () => {
    const ref = await obedient();
    const reply = ref.ask((context) => {
      context.reply("first");
      context.reply("second");
      context.reject(new Error("third"));
    });
    expect(await reply).to.equal("first");
  });

  it("may reply to a tell: nobody is told, and nothing breaks", async () => {
    const ref = await obedient();
    ref.tell((context) => {
      context.reply("to whom?");
      context.reject(new Error("to whom?"));
    });
    expect(await ref.ask(({ reply }) => reply("fine"))).to.equal("fine");
  });

  it("sees the metadata and the commandId that a message came with, and nothing of another message", async () => {
    const ref = await obedient();
    const metadata = ({ metadata, reply }: Context): void => reply(metadata);
    expect(await ref.ask(metadata, { metadata: { user: "ada" }, commandId: "c-1" })).to.deep.equal({
      user: "ada",
      commandId: "c-1",
    });
    expect(await ref.ask(metadata, { metadata: { user: "bob" } })).to.deep.equal({ user: "bob" });
    expect(await ref.ask(metadata)).to.deep.equal({});
    const told = deferred<unknown>();
    ref.tell((context) => told.resolve(context.metadata), { commandId: "c-2" });
    expect(await told.promise).to.deep.equal({ commandId: "c-2" });
  });

  it("knows itself, its system and the log", async () => {
    const lines: unknown[][] = [];
    const note = (...line: unknown[]): unknown => lines.push(line);
    const log: Logger = { debug: note, info: note, warn: note, error: note };
    const running = await system({ log });
    const ref = running.spawn(
      actor<"look", undefined>({
        initialState: undefined,
        receive(_state, _message, context) {
          context.log.info("looking", context.self.path);
          context.reply(context.system === running);
          return undefined;
        },
      }),
      "seer",
    );
    expect(await ref.ask("look")).to.equal(true);
    expect(lines).to.deep.equal([["looking", "test://user/seer"]]);
  });

  it("can tell itself; the message takes its place behind those that wait", async () => {
    const order: string[] = [];
    const done = deferred();
    const chatty = actor<string, undefined>({
      initialState: undefined,
      receive(_state, message, { self }) {
        order.push(message);
        if (message === "first") self.tell("to myself");
        if (message === "to myself") done.resolve();
        return undefined;
      },
    });
    const ref = (await system()).spawn(chatty);
    ref.tell("first");
    ref.tell("second");
    await done.promise;
    expect(order).to.deep.equal(["first", "second", "to myself"]);
  });

  it("knows the type of a reply that a command declares", async () => {
    type Till = Command<"Pay", { amount: number }, { change: number }> | Command<"Ring">;
    const ref = (await system()).spawn(
      actor<Till, undefined>({
        initialState: undefined,
        receive(_state, message, { reply }) {
          reply(message.type === "Pay" ? { change: 100 - message.amount } : undefined);
          return undefined;
        },
      }),
    );
    const paid: { change: number } = await ref.ask({ type: "Pay", amount: 60 });
    const rung: undefined = await ref.ask({ type: "Ring" });
    expect([paid.change, rung]).to.deep.equal([40, undefined]);
  });

  describe("with timers", () => {
    type Told = string | ((context: Context) => void);

    /** Records what it is told; runs what is a function. */
    function timed(seen: string[]): ReturnType<typeof actor<Told, undefined>> {
      return actor<Told, undefined>({
        initialState: undefined,
        receive(_state, message, context) {
          if (typeof message === "function") message(context as Context);
          else seen.push(message);
          context.reply(undefined);
          return undefined;
        },
        supervision: { minBackoffMs: 10, jitter: 0 },
      });
    }

    it("is sent its messages at their time", async () => {
      const clock = new ManualClock();
      const seen: string[] = [];
      const ref = (await system({ clock })).spawn(timed(seen));
      await ref.ask(({ timers }) => timers.startSingleTimer("tea", "tea", 100));
      clock.advance(99);
      await ref.ask("before");
      clock.advance(1);
      await ref.ask("after");
      expect(seen).to.deep.equal(["before", "tea", "after"]);
    });

    for (const [how, end] of [
      ["stopped", "stop"],
      ["killed", "kill"],
    ] as const) {
      it(`loses them when it is ${how}, also those that it starts when it is gone`, async () => {
        const clock = new ManualClock();
        const running = await system({ clock });
        const seen: string[] = [];
        const ref = running.spawn(timed(seen));
        const context = await new Promise<Context>((resolve) => ref.tell(resolve));
        context.timers.startTimerWithFixedDelay("tick", "tick", 10);
        await running[end](ref);
        context.timers.startTimerWithFixedDelay("tock", "tock", 10);
        context.timers.startSingleTimer("tea", "tea", 10);
        clock.advance(100);
        await turn();
        expect(seen).to.deep.equal([]);
        expect(context.timers.isTimerActive("tock")).to.equal(false);
      });
    }

    it("loses them when it restarts", async () => {
      const clock = new ManualClock();
      const seen: string[] = [];
      const ref = (await system({ clock })).spawn(timed(seen));
      await ref.ask(({ timers }) => timers.startTimerWithFixedDelay("tick", "tick", 5));
      const boom = (): never => {
        throw new Error("boom");
      };
      await rejection(ref.ask(boom));
      await turn();
      clock.advance(1_000);
      await ref.ask("after");
      expect(seen).to.deep.equal(["after"]);
    });
  });
});
