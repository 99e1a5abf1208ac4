/** Timers, the receive timeout, watching and children: of a plain actor and of an entity alike, and gone with their incarnation. */
import { expect } from "chai";
import { ActorFailedError, type ActorRef, type ActorSystem, actor, type Supervision } from "rekindle";
import { TestProbe } from "rekindle/testkit";
import { notebook, type Order } from "../support/notebook.ts";
import { type Context, kinds, mistake, obey, stage, supervision } from "../support/stage.ts";
import { deferred, quiet, rejection } from "../support/waiting.ts";

/** An actor to be watched. */
function spawnTarget(system: ActorSystem, supervision: Supervision = "stop"): ActorRef<"fail"> {
  const behavior = actor<"fail", undefined>({
    initialState: undefined,
    supervision,
    receive() {
      throw mistake;
    },
  });
  return system.spawn(behavior);
}

const ended = { type: "Ended" };
const silence = { type: "Silence" };

for (const [kind, make] of kinds) {
  describe(`${kind} that watches`, () => {
    for (const end of ["stop", "kill", "failure"] as const) {
      it(`is sent its message once after a ${end}`, async () => {
        const { system, heard, act } = await stage(make);
        const target = spawnTarget(system);
        await act(({ watch }) => watch(target, ended));
        if (end === "failure") await rejection(target.ask("fail"));
        else await system[end](target);
        await quiet();
        expect(heard).to.deep.equal(["Ended"]);
      });
    }

    it("is sent its message at once when the actor has stopped, or the entity is not live", async () => {
      const { system, heard, act } = await stage(make);
      const target = spawnTarget(system);
      await system.stop(target);
      await act(({ watch }) => {
        watch(target, ended);
        watch(system.entityRef(notebook(), "asleep"), { type: "Asleep" });
      });
      await quiet();
      expect(heard).to.deep.equal(["Ended", "Asleep"]);
    });

    it("can make the message out of the error that ended the other, if one did", async () => {
      const { system, act } = await stage(make);
      const errors: unknown[] = [];
      const [failing, stopping] = [spawnTarget(system), spawnTarget(system)];
      const remember = (error: unknown): Order => {
        errors.push(error);
        return ended;
      };
      await act(({ watch }) => [failing, stopping].map((target) => watch(target, remember)));
      await rejection(failing.ask("fail"));
      await system.watch(failing);
      await system.stop(stopping);
      expect(errors).to.deep.equal([mistake, undefined]);
    });

    it("fails when it cannot make the message; the other ends all the same", async () => {
      const { system, clock, act, heard, ref } = await stage(make);
      const failures = new TestProbe(system);
      system.eventStream.subscribe(failures.ref, "ActorFailed");
      const target = spawnTarget(system);
      await act(({ watch }) => watch(target, () => obey(heard, { type: "Fail" }, undefined as never) as Order));
      await system.stop(target);
      const { error } = await failures.expectMessage<{ path: string; error: unknown }>(({ path }) => path === ref.path);
      expect(error).to.be.instanceOf(ActorFailedError).and.to.include({ phase: "watch", cause: mistake });
      await quiet();
      clock.advance(1);
      await act(() => heard.push("restarted"));
      expect(heard).to.deep.equal(["restarted"]);
    });

    it("is not told of a restart, nor after unwatch", async () => {
      const { system, clock, heard, act } = await stage(make);
      const [restarting, unwatched] = [spawnTarget(system, supervision), spawnTarget(system)];
      await act(({ watch, unwatch }) => {
        watch(restarting, ended);
        watch(unwatched, ended);
        unwatch(unwatched);
      });
      await rejection(restarting.ask("fail"));
      await quiet();
      clock.advance(1);
      await system.stop(unwatched);
      await quiet();
      expect(heard).to.deep.equal([]);
    });

    it("watches an entity by any of its references, and anew when it watches again", async () => {
      const { system, heard, act } = await stage(make);
      const definition = notebook();
      const target = (): ActorRef<Order> => system.entityRef(definition, "watched");
      await target().ask({ type: "Read" });
      await act(({ watch }) => {
        watch(target(), { type: "First" });
        watch(target(), { type: "Second" });
      });
      await system.stop(target());
      await target().ask({ type: "Read" });
      await act(({ watch, unwatch }) => {
        watch(target(), { type: "Third" });
        unwatch(target());
      });
      await system.stop(target());
      await quiet();
      expect(heard).to.deep.equal(["Second"]);
    });

    it("takes nothing but references of this library", async () => {
      const { system, act } = await stage(make);
      for (const wrong of [undefined, null, {}, "test://user/a", system.nact] as never[]) {
        await act(({ watch, unwatch }) => {
          expect(() => watch(wrong, ended)).to.throw(TypeError, "expected a reference made by this library");
          expect(() => unwatch(wrong)).to.throw(TypeError, "expected a reference made by this library");
        });
      }
    });
  });

  describe(`the receive timeout of ${kind}`, () => {
    it("sends its message whenever no other has come for so long", async () => {
      const { clock, heard, act, ref } = await stage(make);
      await act(({ setReceiveTimeout }) => setReceiveTimeout(100, silence));
      for (let n = 0; n < 3; n++) {
        clock.advance(99);
        ref.tell({ type: "Word" });
        await quiet();
      }
      expect(heard.splice(0)).to.deep.equal(["Word", "Word", "Word"]);
      for (let n = 0; n < 2; n++) {
        clock.advance(100);
        await quiet();
      }
      expect(heard).to.deep.equal(["Silence", "Silence"]);
    });

    it("is replaced by another, and ends when it is cancelled", async () => {
      const { clock, heard, act } = await stage(make);
      await act(({ setReceiveTimeout }) => setReceiveTimeout(10, silence));
      await act(({ setReceiveTimeout }) => setReceiveTimeout(100, { type: "Longer" }));
      clock.advance(100);
      await quiet();
      await act(({ cancelReceiveTimeout }) => cancelReceiveTimeout());
      clock.advance(1_000);
      await quiet();
      expect(heard).to.deep.equal(["Longer"]);
    });

    it("sends its message once while the actor is busy, however long that takes", async () => {
      const { clock, heard, act } = await stage(make);
      await act(({ setReceiveTimeout }) => setReceiveTimeout(10, silence));
      const work = deferred();
      const busy = act(() => work.promise);
      await quiet();
      clock.advance(1_000);
      work.resolve();
      await busy;
      await quiet();
      expect(heard).to.deep.equal(["Silence"]);
    });

    for (const wrong of [0, -1, Number.NaN, "10", undefined] as never[]) {
      it(`refuses to be ${JSON.stringify(wrong) ?? "undefined"} with a TypeError`, async () => {
        const { act } = await stage(make);
        await act(({ setReceiveTimeout }) => {
          expect(() => setReceiveTimeout(wrong, silence)).to.throw(TypeError, "must be a number above 0");
        });
      });
    }
  });

  describe(`what belongs to ${kind}`, () => {
    for (const end of ["stop", "kill", "restart"] as const) {
      it(`is gone after a ${end}`, async () => {
        const { system, clock, ref, heard, act, restart } = await stage(make);
        const target = spawnTarget(system);
        const kept: { child?: ActorRef<"fail">; context?: Context } = {};
        const own = (context: Context): void => {
          context.timers.startTimerWithFixedDelay("tick", { type: "Tick" }, 50);
          context.setReceiveTimeout(50, silence);
          context.watch(target, ended);
        };
        await act((context) => {
          own(context);
          kept.context = context;
          kept.child = context.spawn(actor<"fail", undefined>({ initialState: undefined, receive: () => undefined }));
        });
        await (end === "restart" ? restart() : system[end](ref));
        if (kept.child) await system.watch(kept.child);
        if (kept.context) own(kept.context);
        await system.stop(target);
        clock.advance(1_000);
        await quiet();
        expect(heard, "nothing is sent any more, not even by a context that was kept").to.deep.equal([]);
        expect((await rejection(kept.child?.ask("fail") ?? Promise.resolve())) as Error).to.have.property(
          "code",
          "ACTOR_STOPPED",
        );
      });
    }
  });
}
