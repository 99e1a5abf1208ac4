/** An actor that throws: who learns of it, and what becomes of the actor. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { ActorFailedError, ActorStoppedError, type ActorSystem, actor, type Supervision } from "rekindle";
import { ManualClock, TestProbe } from "rekindle/testkit";
import { rejection } from "../support/rejection.ts";
import { systems } from "../support/systems.ts";

type Message = number | { readonly fail: unknown; readonly later?: boolean };

const boom = { fail: new Error("boom") };
const quick: Supervision = { minBackoffMs: 100, jitter: 0 };

/** Sums numbers, fails on demand. */
function fragile(supervision: Supervision | undefined = quick) {
  return actor<Message, { sum: number }>({
    initialState: () => ({ sum: 0 }),
    receive(state, message, { reply }) {
      if (typeof message === "number") {
        state.sum += message;
        reply(state.sum);
        return state;
      }
      if (message.later) return turn().then(() => Promise.reject(message.fail));
      throw message.fail;
    },
    ...(supervision && { supervision }),
  });
}

describe("an actor that throws", () => {
  const start = systems();
  let clock: ManualClock;
  let system: ActorSystem;

  beforeEach(async () => {
    clock = new ManualClock();
    system = await start({ clock });
  });

  for (const [how, later] of [
    ["by throwing", false],
    ["by a rejected promise", true],
  ] as const) {
    it(`${how} gives the cause to whoever asked`, async () => {
      const ref = system.spawn(fragile(), "glass");
      const error = await rejection(ref.ask({ ...boom, later }));
      expect(error).to.be.instanceOf(ActorFailedError);
      expect(error).to.include({ path: "test://user/glass", cause: boom.fail });
      expect(error.message).to.equal("test://user/glass failed in handling a message: boom.");
    });

    it(`${how} begins anew with a fresh state, and keeps the messages that wait`, async () => {
      const ref = system.spawn(fragile());
      expect(await ref.ask(5)).to.equal(5);
      const failed = rejection(ref.ask({ ...boom, later }));
      const waiting = [ref.ask(1), ref.ask(2)];
      await failed;
      await turn();
      const sentMeanwhile = ref.ask(3);
      clock.advance(100);
      expect(await Promise.all([...waiting, sentMeanwhile])).to.deep.equal([1, 3, 6]);
    });
  }

  it("is told of on the event stream, with the error and the count", async () => {
    const probe = new TestProbe(system);
    system.eventStream.subscribe(probe.ref, "ActorFailed");
    const ref = system.spawn(fragile({ ...quick, maxRestarts: 1 }), "glass");
    const told = { type: "ActorFailed", path: "test://user/glass", error: boom.fail };
    ref.tell(boom);
    await probe.expectMessage({ ...told, restarts: 1, willRestart: true });
    clock.advance(100);
    ref.tell(boom);
    await probe.expectMessage({ ...told, restarts: 1, willRestart: false });
  });

  it("tells the asker what was thrown, also when it is no Error", async () => {
    const ref = system.spawn(fragile());
    expect(await rejection(ref.ask({ fail: "just a text" }))).to.include({ cause: "just a text" });
  });

  it("does not turn an answer that was given before into a failure", async () => {
    const ref = system.spawn(
      actor<"go", undefined>({
        initialState: undefined,
        receive(_state, _message, { reply }) {
          reply("done");
          throw new Error("too late");
        },
      }),
    );
    expect(await ref.ask("go")).to.equal("done");
  });

  it("pauses longer after every failure, up to the longest pause", async () => {
    const ref = system.spawn(fragile({ minBackoffMs: 100, maxBackoffMs: 300, jitter: 0 }));
    for (const pauseMs of [100, 200, 300, 300]) {
      await rejection(ref.ask(boom));
      await turn();
      const reply = ref.ask(1, { timeoutMs: 60_000 });
      let answered = false;
      void reply.then(() => (answered = true));
      clock.advance(pauseMs - 1);
      await turn();
      await turn();
      expect(answered).to.equal(false);
      clock.advance(1);
      expect(await reply).to.equal(1);
    }
  });

  it("counts anew after a time without failure", async () => {
    const ref = system.spawn(fragile({ minBackoffMs: 100, jitter: 0, maxRestarts: 1, resetAfterMs: 1_000 }));
    for (let round = 1; round <= 3; round++) {
      await rejection(ref.ask(boom));
      await turn();
      clock.advance(100);
      expect(await ref.ask(1)).to.equal(1);
      clock.advance(1_001);
    }
  });

  it("too often is stopped, and whoever waits learns why", async () => {
    const ref = system.spawn(fragile({ ...quick, maxRestarts: 1 }), "glass");
    await rejection(ref.ask(boom));
    await turn();
    const failing = rejection(ref.ask(boom));
    const waiting = [rejection(ref.ask(1)), rejection(ref.ask(2))];
    clock.advance(100);
    expect(await failing).to.be.instanceOf(ActorFailedError);
    await system.watch(ref);
    for (const error of await Promise.all(waiting)) {
      expect(error).to.be.instanceOf(ActorStoppedError);
      expect(error).to.include({ path: "test://user/glass", cause: boom.fail });
    }
    expect(await rejection(ref.ask(3))).to.be.instanceOf(ActorStoppedError);
  });

  it('is stopped at once under supervision "stop"', async () => {
    const ref = system.spawn(fragile("stop"), "glass");
    const failing = rejection(ref.ask(boom));
    const waiting = rejection(ref.ask(1));
    expect(await failing).to.be.instanceOf(ActorFailedError);
    expect(await waiting).to.be.instanceOf(ActorStoppedError);
    await system.watch(ref);
    expect(await system.spawn(fragile(), "glass").ask(1)).to.equal(1);
  });

  it("can be killed while it pauses: whoever waits is told at once", async () => {
    const ref = system.spawn(fragile(), "glass");
    await rejection(ref.ask(boom));
    await turn();
    const waiting = rejection(ref.ask(1));
    await system.kill(ref);
    expect(await waiting).to.be.instanceOf(ActorStoppedError);
    clock.advance(1_000);
    await turn();
    expect(await rejection(ref.ask(2))).to.be.instanceOf(ActorStoppedError);
    expect(await system.spawn(fragile(), "glass").ask(1)).to.equal(1);
  });

  it("can be stopped while it pauses: it comes back for what it has, then stops", async () => {
    const ref = system.spawn(fragile());
    await rejection(ref.ask(boom));
    await turn();
    const waiting = ref.ask(1);
    const stopped = system.stop(ref);
    const tooLate = rejection(ref.ask(2));
    clock.advance(100);
    expect(await waiting).to.equal(1);
    await stopped;
    expect(await tooLate).to.be.instanceOf(ActorStoppedError);
  });

  it("does not call onStop when it restarts, and gives it the last state when it has stopped", async () => {
    const states: unknown[] = [];
    const { options } = fragile({ ...quick, maxRestarts: 1 });
    const ref = system.spawn(actor({ ...options, onStop: (state) => states.push({ ...state }) }));
    await ref.ask(7);
    await rejection(ref.ask(boom));
    await turn();
    clock.advance(100);
    await ref.ask(3);
    expect(states).to.deep.equal([]);
    ref.tell(boom);
    await system.watch(ref);
    expect(states).to.deep.equal([{ sum: 3 }]);
  });

  describe("while it makes its initial state", () => {
    let probe: TestProbe;

    beforeEach(() => {
      probe = new TestProbe(system);
      system.eventStream.subscribe(probe.ref, "ActorFailed");
    });

    /** Fails to begin at the attempts from `first` to `last`, and at every message of its first life. */
    function stillborn(first: number, last: number, supervision: Supervision = quick) {
      let attempts = 0;
      return actor<"ping", number>({
        initialState: () => {
          attempts++;
          if (attempts >= first && attempts <= last) throw new Error(`stillborn ${attempts}`);
          return attempts;
        },
        receive(attempt, _message, { reply }) {
          reply(attempt);
          if (attempt === 1) throw new Error("boom");
          return attempt;
        },
        supervision,
      });
    }

    async function failures(...expected: [message: string, pauseMs: number][]): Promise<void> {
      for (const [message, pauseMs] of expected) {
        await probe.expectMessage(({ error }: { error: Error }) => error.message === message);
        await turn();
        clock.advance(pauseMs);
      }
    }

    it("is restarted until it succeeds; the messages wait", async () => {
      const ref = system.spawn(stillborn(1, 2));
      const reply = ref.ask("ping", { timeoutMs: 60_000 });
      await failures(["stillborn 1", 100], ["stillborn 2", 200]);
      expect(await reply).to.equal(3);
    });

    it("is restarted also after a restart, and the pauses go on growing", async () => {
      const ref = system.spawn(stillborn(2, 3));
      expect(await ref.ask("ping")).to.equal(1);
      const reply = ref.ask("ping", { timeoutMs: 60_000 });
      await failures(["boom", 100], ["stillborn 2", 200], ["stillborn 3", 400]);
      expect(await reply).to.equal(4);
    });

    it("is stopped in the end, and whoever waits learns why", async () => {
      const ref = system.spawn(stillborn(1, 100, { ...quick, maxRestarts: 2 }), "glass");
      const waiting = rejection(ref.ask("ping", { timeoutMs: 60_000 }));
      await failures(["stillborn 1", 100], ["stillborn 2", 200]);
      const error = await waiting;
      expect(error).to.be.instanceOf(ActorStoppedError);
      expect(error.cause).to.have.property("message", "stillborn 3");
      expect(await system.spawn(fragile(), "glass").ask(1)).to.equal(1);
    });
  });
});
