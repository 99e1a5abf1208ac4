/** What a timer has sent is taken only while the timer still wants it. */
import { expect } from "chai";
import { type Context, kinds, mistake, stage } from "../support/stage.ts";
import { deferred, quiet, rejection } from "../support/waiting.ts";

for (const [kind, make] of kinds) {
  describe(`a message that a timer has sent to ${kind}`, () => {
    const pass: readonly (readonly [string, (context: Context) => void])[] = [
      ["is cancelled", ({ timers }) => timers.cancel("tick")],
      ["is started anew", ({ timers }) => timers.startSingleTimer("tick", { type: "Later" }, 5_000)],
    ];
    for (const [what, change] of pass) {
      it(`is passed over when the timer ${what} before its turn comes`, async () => {
        const { clock, heard, act } = await stage(make);
        await act(({ timers }) => timers.startSingleTimer("tick", { type: "Tick" }, 10));
        const work = deferred();
        const busy = act(async (context) => {
          await work.promise;
          change(context);
        });
        await quiet();
        clock.advance(10);
        work.resolve();
        await busy;
        await act(() => {});
        expect(heard).to.deep.equal([]);
      });
    }

    it("is passed over by the next incarnation", async () => {
      const { clock, heard, act } = await stage(make);
      await act(({ timers }) => timers.startSingleTimer("tick", { type: "Tick" }, 10));
      const work = deferred();
      const failing = act(async () => {
        await work.promise;
        throw mistake;
      });
      await quiet();
      clock.advance(10);
      work.resolve();
      await rejection(failing);
      await quiet();
      clock.advance(1);
      await act(() => {});
      expect(heard).to.deep.equal([]);
    });
  });
}
