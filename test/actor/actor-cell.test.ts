/** How an actor takes what it is sent, and how it ends. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import {
  type ActorRef,
  ActorStoppedError,
  type ActorSystem,
  AskTimeoutError,
  actor,
  type Logger,
  MailboxOverflowError,
} from "rekindle";
import { TestProbe } from "rekindle/testkit";
import { rejection } from "../support/rejection.ts";
import { systems } from "../support/systems.ts";
import { type Deferred, deferred } from "../support/waiting.ts";

describe("an actor", () => {
  const start = systems();
  let system: ActorSystem;
  let seen: unknown[];
  let gate: Deferred<void>;

  beforeEach(async () => {
    system = await start();
    seen = [];
    gate = deferred();
  });

  /** Notes and answers what it is told; "wait" waits for the gate. */
  function spawnGated(mailboxCapacity = 1_000, onStop = (): void => {}): ActorRef<unknown> {
    const gated = actor<unknown, undefined>({
      initialState: undefined,
      async receive(_state, message, { reply }) {
        if (message === "wait") await gate.promise;
        seen.push(message);
        reply(message);
        return undefined;
      },
      onStop,
      mailboxCapacity,
    });
    return system.spawn(gated, "gated");
  }

  function probeFor(...types: string[]): TestProbe {
    const probe = new TestProbe(system);
    system.eventStream.subscribe(probe.ref, types);
    return probe;
  }

  describe("whose mailbox is full", () => {
    it("refuses what is beyond it, and loses nothing of what it has taken", async () => {
      const ref = spawnGated(3);
      const first = ref.ask("wait");
      await turn();
      const taken = [ref.ask(1), ref.ask(2), ref.ask(3)];
      const errors = await Promise.all([rejection(ref.ask(4)), rejection(ref.ask(5))]);
      for (const error of errors) {
        expect(error).to.be.instanceOf(MailboxOverflowError);
        expect(error).to.include({ path: "test://user/gated", capacity: 3, queue: "mailbox" });
      }
      gate.resolve();
      expect(await Promise.all([first, ...taken])).to.deep.equal(["wait", 1, 2, 3]);
      expect(await ref.ask(6)).to.equal(6);
      expect(seen).to.deep.equal(["wait", 1, 2, 3, 6]);
    });

    it("tells of every message it dropped", async () => {
      const probe = probeFor("MessageDropped");
      const ref = spawnGated(1);
      ref.tell("wait");
      await turn();
      ref.tell(1);
      ref.tell(2);
      await rejection(ref.ask(3));
      const dropped = { type: "MessageDropped", path: "test://user/gated", queue: "mailbox" };
      await probe.expectMessage({ ...dropped, message: 2 });
      await probe.expectMessage({ ...dropped, message: 3 });
      gate.resolve();
    });

    it("can be stopped all the same", async () => {
      const ref = spawnGated(1);
      ref.tell("wait");
      await turn();
      ref.tell(1);
      const stopped = system.stop(ref);
      gate.resolve();
      await stopped;
      expect(seen).to.deep.equal(["wait", 1]);
    });
  });

  describe("that is stopped", () => {
    it("takes what is in its mailbox before, and nothing that comes after", async () => {
      const probe = probeFor("DeadLetter");
      const ref = spawnGated();
      const before = [ref.ask("wait"), ref.ask(1), ref.ask(2)];
      const stopped = system.stop(ref);
      const after = rejection(ref.ask(3));
      gate.resolve();
      await stopped;
      expect(await Promise.all(before)).to.deep.equal(["wait", 1, 2]);
      expect(await after).to.be.instanceOf(ActorStoppedError);
      expect(seen).to.deep.equal(["wait", 1, 2]);
      const path = "test://user/gated";
      await probe.expectMessage({ type: "DeadLetter", path, message: 3, reason: "the actor has stopped" });
    });

    it("may be stopped again, or watched, at any time", async () => {
      const ref = spawnGated();
      const all = [system.stop(ref), system.stop(ref), system.watch(ref)];
      await Promise.all(all);
      await system.stop(ref);
      await system.kill(ref);
      await system.watch(ref);
      expect(await rejection(ref.ask("late"))).to.be.instanceOf(ActorStoppedError);
    });

    it("answers every later ask with ActorStoppedError, and makes a dead letter of every tell", async () => {
      const ref = spawnGated();
      await system.stop(ref);
      const probe = probeFor("DeadLetter");
      const error = await rejection(ref.ask("late"));
      expect(error).to.be.instanceOf(ActorStoppedError);
      expect(error).to.include({ path: "test://user/gated", detail: "it has stopped" });
      ref.tell("too late");
      await probe.expectMessage((letter: { message: unknown }) => letter.message === "late");
      await probe.expectMessage((letter: { message: unknown }) => letter.message === "too late");
    });

    it("may ask for it itself, and finishes what it has first", async () => {
      const ref = system.spawn(
        actor<string, undefined>({
          initialState: undefined,
          receive(_state, message, { self, system, reply }) {
            if (message === "stop") void system.stop(self);
            seen.push(message);
            reply(message);
            return undefined;
          },
        }),
      );
      const replies = [ref.ask("stop"), ref.ask("last")];
      await system.watch(ref);
      expect(await Promise.all(replies)).to.deep.equal(["stop", "last"]);
    });
  });

  describe("that is killed", () => {
    it("takes nothing more: what waits becomes dead letters, and asks are rejected", async () => {
      const probe = probeFor("DeadLetter");
      const ref = spawnGated();
      const inHand = rejection(ref.ask("wait"));
      await turn();
      const waiting = rejection(ref.ask(1));
      ref.tell(2);
      await system.kill(ref);
      expect(await inHand).to.include({ detail: "it was killed while it handled the message" });
      expect(await waiting).to.be.instanceOf(ActorStoppedError);
      await probe.expectMessage((letter: { message: unknown }) => letter.message === 1);
      await probe.expectMessage((letter: { message: unknown }) => letter.message === 2);
      gate.resolve();
      await turn();
      await turn();
      expect(seen).to.deep.equal(["wait"]);
    });

    it("does not act on a promise that is rejected afterwards", async () => {
      const probe = probeFor("ActorFailed", "ActorStarted");
      const ref = spawnGated();
      await probe.expectMessage((event: { type: string }) => event.type === "ActorStarted");
      ref.tell("wait");
      await turn();
      await system.kill(ref);
      gate.reject(new Error("too late"));
      await probe.expectNoMessage(20);
    });

    it("may do it itself in the middle of a message: the answer given before counts", async () => {
      const suicidal = actor<{ answerFirst: boolean }, undefined>({
        initialState: undefined,
        receive(_state, { answerFirst }, { self, system, reply }) {
          if (answerFirst) reply("farewell");
          void system.kill(self);
          reply("from beyond");
          return undefined;
        },
      });
      const [one, other] = [system.spawn(suicidal), system.spawn(suicidal)];
      const waiting = rejection(one.ask({ answerFirst: false }));
      expect(await one.ask({ answerFirst: true }).catch((error: Error) => error)).to.be.instanceOf(ActorStoppedError);
      expect(await waiting).to.be.instanceOf(ActorStoppedError);
      expect(await other.ask({ answerFirst: true })).to.equal("farewell");
      await Promise.all([system.watch(one), system.watch(other)]);
    });

    it("and had stopped half-way is gone at once", async () => {
      const ref = spawnGated();
      ref.tell("wait");
      await turn();
      const stopped = system.stop(ref);
      await system.kill(ref);
      await stopped;
      expect(await rejection(ref.ask(1))).to.be.instanceOf(ActorStoppedError);
    });
  });

  it("that never replies makes the asker give up, and goes on", async () => {
    const mute = system.spawn(actor<unknown, number>({ initialState: 0, receive: (count) => count + 1 }), "mute");
    const error = await rejection(mute.ask({ type: "Speak" }, { timeoutMs: 5 }));
    expect(error).to.be.instanceOf(AskTimeoutError);
    expect(error).to.include({ path: "test://user/mute", messageType: "Speak", timeoutMs: 5 });
    await system.stop(mute);
  });

  it("is watched to its end, by as many as want to know", async () => {
    const ref = spawnGated();
    const ends: string[] = [];
    const watching = ["a", "b"].map((name) => system.watch(ref).then(() => ends.push(name)));
    await ref.ask("alive");
    expect(ends).to.deep.equal([]);
    await system.kill(ref);
    await Promise.all(watching);
    expect(ends).to.deep.equal(["a", "b"]);
  });

  it("is told of on the event stream when it starts and when it is gone", async () => {
    const probe = probeFor("ActorStarted", "ActorStopped");
    const ref = spawnGated();
    await system.stop(ref);
    await probe.expectMessage({ type: "ActorStarted", path: "test://user/gated" });
    await probe.expectMessage({ type: "ActorStopped", path: "test://user/gated" });
  });

  for (const how of ["stop", "kill"] as const) {
    it(`calls onStop once after ${how}, and ends even if that throws`, async () => {
      const lines: unknown[][] = [];
      const note = (...line: unknown[]): unknown => lines.push(line);
      const log: Logger = { debug: note, info: note, warn: note, error: note };
      system = await start({ log }, "logged");
      const error = new Error("cannot let go");
      const ref = spawnGated(10, () => {
        seen.push("onStop");
        throw error;
      });
      await ref.ask("hello");
      await system[how](ref);
      expect(seen).to.deep.equal(["hello", "onStop"]);
      expect(lines).to.deep.equal([["logged://user/gated failed in onStop", error]]);
      expect(await rejection(ref.ask(1))).to.be.instanceOf(ActorStoppedError);
      await spawnGated().ask("the name is free");
    });
  }

  it("of another kind than ours is refused with a TypeError", async () => {
    for (const stranger of [undefined, null, {}, "test://user/gated", system.nact]) {
      for (const method of ["stop", "kill", "watch"] as const) {
        const error = await rejection(system[method](stranger as ActorRef<never>));
        expect(error).to.be.instanceOf(TypeError);
        expect(error.message).to.match(/^expected a reference made by this library/);
      }
    }
  });
});
