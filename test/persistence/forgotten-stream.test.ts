/** What a storage keeps of a stream in memory may go with the entity: it is told when. */
import { expect } from "chai";
import type { Storage } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { ManualClock } from "rekindle/testkit";
import { note, notebook, read } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { eventually, quiet } from "../support/waiting.ts";

const idleMs = 1_000;

describe("a storage is told that it may forget a stream", () => {
  const definition = notebook(
    {
      Fail: () => {
        throw new Error("told to fail");
      },
    },
    { passivateAfterMs: idleMs, supervision: { minBackoffMs: 0 } },
  );
  let forgotten: string[];

  function tellingStorage(): Storage {
    forgotten = [];
    return {
      description: "memory, which is told",
      async open(context) {
        return { ...(await memoryStorage().open(context)), forget: (id) => forgotten.push(id) };
      },
    };
  }

  it("when its entity is passivated, and not when it restarts", async () => {
    const clock = new ManualClock();
    const system = await startSystem({ clock, storage: tellingStorage() });
    const ref = system.entityRef(definition, "1");
    await ref.ask(note("a"));
    await ref.ask({ type: "Fail" }).catch(() => undefined);
    await quiet();
    clock.advance(1);
    expect(await ref.ask(read)).to.deep.equal(["a"]);
    expect(forgotten).to.deep.equal([]);
    await quiet();
    clock.advance(idleMs);
    await eventually("the entity has ended", () => forgotten.length > 0);
    expect(forgotten).to.deep.equal(["notebook|1"]);
  });

  it("when its entity is killed", async () => {
    const system = await startSystem({ storage: tellingStorage() });
    const ref = system.entityRef(definition, "1");
    await ref.ask(note("a"));
    await system.kill(ref);
    expect(forgotten).to.deep.equal(["notebook|1"]);
  });
});
