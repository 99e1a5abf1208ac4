/** Timers of an entity: they send it commands, and end with its life. */
import { expect } from "chai";
import type { ActorSystem, EntityRef } from "rekindle";
import { ManualClock } from "rekindle/testkit";
import { note, notebook, type Order, read } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { quiet, rejection } from "../support/waiting.ts";

interface Stage {
  readonly system: ActorSystem;
  readonly clock: ManualClock;
  readonly ref: EntityRef<Order>;
}

/** An entity that sets a timer of 10 ms for a word, once or again and again. */
async function stage(): Promise<Stage> {
  const clock = new ManualClock();
  const system = await startSystem({ clock });
  const definition = notebook({
    Once: (_words, { word }, { effect, timers }) => {
      timers.startSingleTimer("key", note(String(word)), 10);
      return effect.none();
    },
    Again: (_words, { word }, { effect, timers }) => {
      timers.startTimerWithFixedDelay("key", note(String(word)), 10);
      return effect.none();
    },
    Fail: () => {
      throw new Error("ordered");
    },
  });
  return { system, clock, ref: system.entityRef(definition, "1") };
}

describe("a timer of an entity", () => {
  it("171: sends its command in time, and that is handled and stored like any other", async () => {
    const { clock, ref } = await stage();
    await ref.ask({ type: "Once", word: "rang" });
    clock.advance(9);
    expect(await ref.ask(read)).to.deep.equal([]);
    clock.advance(1);
    expect(await ref.ask(read)).to.deep.equal(["rang"]);
  });

  it("can send again and again, until another takes its key", async () => {
    const { clock, ref } = await stage();
    await ref.ask({ type: "Again", word: "tick" });
    clock.advance(30);
    await ref.ask({ type: "Once", word: "last" });
    clock.advance(100);
    expect(await ref.ask(read)).to.deep.equal(["tick", "tick", "tick", "last"]);
  });

  for (const end of ["kill", "stop", "failure"] as const) {
    it(`is gone after a ${end}`, async () => {
      const { system, clock, ref } = await stage();
      await ref.ask({ type: "Again", word: "ghost" });
      if (end === "kill") await system.kill(ref);
      if (end === "stop") await system.stop(ref);
      if (end === "failure") await rejection(ref.ask({ type: "Fail" }));
      await quiet();
      clock.advance(100);
      await quiet();
      expect(await ref.ask(read)).to.deep.equal([]);
    });
  }
});
