/** The probe: what it accepts, what it complains of, and how. */
import { AssertionError } from "node:assert";
import { expect } from "chai";
import { type ActorSystem, actor } from "rekindle";
import { TestProbe } from "rekindle/testkit";
import { rejection } from "../support/rejection.ts";
import { systems } from "../support/systems.ts";

describe("TestProbe", () => {
  const start = systems();
  let system: ActorSystem;
  let probe: TestProbe;

  beforeEach(async () => {
    system = await start();
    probe = new TestProbe(system, "probe");
  });

  function tellLater(...messages: unknown[]): void {
    setTimeout(() => {
      for (const message of messages) probe.ref.tell(message);
    }, 5);
  }

  async function complaint(promise: Promise<unknown>): Promise<string> {
    const error = await rejection(promise);
    expect(error).to.be.instanceOf(AssertionError);
    return error.message;
  }

  it("is an actor of the name that it is given, or of a made-up one", () => {
    expect(probe.ref.path).to.equal("test://user/probe");
    expect(new TestProbe(system).ref.path).to.match(/^test:\/\/user\/.+/);
  });

  describe("expectMessage", () => {
    it("takes the message that waits, or the next one that comes", async () => {
      probe.ref.tell({ type: "Now", list: [1] });
      expect(await probe.expectMessage({ type: "Now", list: [1] })).to.deep.equal({ type: "Now", list: [1] });
      tellLater("later");
      expect(await probe.expectMessage("later")).to.equal("later");
    });

    it("takes one that satisfies a predicate", async () => {
      probe.ref.tell(41);
      probe.ref.tell(42);
      expect(await probe.expectMessage((n: number) => n === 41)).to.equal(41);
      expect(await probe.expectMessage<number>((n) => n > 41)).to.equal(42);
    });

    it("complains of another one, showing both", async () => {
      probe.ref.tell({ type: "Pear" });
      expect(await complaint(probe.expectMessage({ type: "Apple" }))).to.equal(
        "expected { type: 'Apple' }, received { type: 'Pear' }",
      );
      probe.ref.tell(1);
      expect(await complaint(probe.expectMessage("1"))).to.equal("expected '1', received 1");
      probe.ref.tell(1);
      expect(await complaint(probe.expectMessage((n: number) => n > 1))).to.equal(
        "expected a message that satisfies (n) => n > 1, received 1",
      );
    });

    it("complains when nothing comes in time, and says what it waited for", async () => {
      expect(await complaint(probe.expectMessage({ type: "Apple" }, 5))).to.equal(
        "expected { type: 'Apple' }, received nothing within 5 ms",
      );
    });

    it("does not lose a message that comes too late", async () => {
      await complaint(probe.expectMessage("late", 1));
      tellLater("late");
      await probe.expectMessage("late");
    });

    it("may be called again before the first has come: they are served in order", async () => {
      const both = Promise.all([probe.expectMessage("first"), probe.expectMessage("second")]);
      tellLater("first", "second");
      expect(await both).to.deep.equal(["first", "second"]);
    });

    it("gives up each on its own when several wait", async () => {
      const patient = probe.expectMessage("late");
      expect(await complaint(probe.expectMessage("never", 1))).to.include("received nothing within 1 ms");
      tellLater("late");
      await patient;
    });
  });

  describe("expectNoMessage", () => {
    it("is content with silence", async () => {
      await probe.expectNoMessage(5);
      probe.ref.tell("after");
      await probe.expectMessage("after");
    });

    it("complains of a message that waits, and of one that comes, and leaves it there", async () => {
      probe.ref.tell("here already");
      await system
        .spawn(actor({ initialState: 0, receive: (n) => n }))
        .ask(0, { timeoutMs: 5 })
        .catch(() => {});
      expect(await complaint(probe.expectNoMessage(0))).to.equal(
        "expected no message for 0 ms, received 'here already'",
      );
      await probe.expectMessage("here already");
      tellLater("surprise");
      expect(await complaint(probe.expectNoMessage(1_000))).to.equal(
        "expected no message for 1000 ms, received 'surprise'",
      );
      await probe.expectMessage("surprise");
    });
  });

  describe("receiveN", () => {
    it("takes so many, in order, and no more", async () => {
      for (const message of [1, 2, 3]) probe.ref.tell(message);
      expect(await probe.receiveN(0)).to.deep.equal([]);
      expect(await probe.receiveN(2)).to.deep.equal([1, 2]);
      await probe.expectMessage(3);
    });

    it("complains when they are too few, and says how many came", async () => {
      tellLater("only one");
      expect(await complaint(probe.receiveN(2, 30))).to.match(
        /^expected 2 messages within 30 ms \(got 1\), received nothing within \d+ ms$/,
      );
    });
  });

  describe("within", () => {
    it("gives the result of what is done in time", async () => {
      tellLater("x");
      expect(await probe.within(1_000, () => probe.expectMessage("x"))).to.equal("x");
      expect(await probe.within(1_000, () => 42)).to.equal(42);
    });

    it("shortens the wait of every expectation inside, and says so", async () => {
      const waiting = probe.within(10, () => probe.expectMessage("x"));
      expect(await complaint(waiting)).to.match(/^expected 'x', received nothing within (\d|10) ms$/);
      tellLater("x");
      await probe.expectMessage("x");
    });

    it("keeps to the outer limit when one is inside another", async () => {
      const waiting = probe.within(10, () => probe.within(10_000, () => probe.expectMessage("x", 10_000)));
      expect(await complaint(waiting)).to.include("received nothing within");
    });

    it("complains of what takes too long otherwise, also when it never ends", async () => {
      const never = (): Promise<never> => new Promise(() => {});
      expect(await complaint(probe.within(5, never))).to.match(/^expected to be done within 5 ms/);
    });

    it("rejects with what is thrown inside", async () => {
      const error = new Error("inside");
      expect(await rejection(probe.within(100, () => Promise.reject(error)))).to.equal(error);
    });
  });

  describe("reply", () => {
    it("answers whoever sent the message that was received last", async () => {
      const asks = [probe.ref.ask("one"), probe.ref.ask("two")];
      await probe.expectMessage("one");
      probe.reply(1);
      await probe.expectMessage("two");
      probe.reply(2);
      expect(await Promise.all(asks)).to.deep.equal([1, 2]);
    });

    it("complains when nothing was received", async () => {
      expect(await complaint((async () => probe.reply(1))())).to.equal("there is no message to reply to");
    });
  });

  it("listens to the event stream", async () => {
    system.eventStream.subscribe(probe.ref, ["TeaServed", "ActorStopped"]);
    system.eventStream.publish({ type: "TeaServed" });
    await probe.expectMessage({ type: "TeaServed" });
    const ref = system.spawn(actor({ initialState: 0, receive: (n) => n }), "short");
    await system.kill(ref);
    await probe.expectMessage({ type: "ActorStopped", path: "test://user/short" });
  });
});
