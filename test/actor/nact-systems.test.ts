/** nact keeps its systems in one map for the whole process, by name: systems of the same name must not meet. */
import { expect } from "chai";
import { ActorSystem, type NactRef } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { echo } from "../support/echo.ts";
import * as nact from "../support/nact.ts";
import { systems } from "../support/systems.ts";
import { tally } from "../support/tally.ts";

describe("two systems of the same name", () => {
  const start = systems();
  const nactSystems: NactRef<never>[] = [];

  function startNact(): NactRef<never> {
    const reference = nact.start({ name: "twin" });
    nactSystems.push(reference);
    return reference;
  }

  afterEach(() => nactSystems.splice(0).forEach(nact.stop));

  it("of ours have the same actors and entities, and do not meet", async () => {
    const [one, other] = await Promise.all([
      start({ storage: memoryStorage() }, "twin"),
      start({ storage: memoryStorage() }, "twin"),
    ]);
    const refs = [one.spawn(echo, "same"), other.spawn(echo, "same")] as const;
    expect(await Promise.all([nact.query(refs[0].nact, 1, 1_000), nact.query(refs[1].nact, 2, 1_000)])).to.deep.equal([
      1, 2,
    ]);
    const entities = [one.entityRef(tally, "1"), other.entityRef(tally, "1")] as const;
    expect(await nact.query(entities[0].nact, { type: "Add", amount: 1 }, 1_000)).to.equal(1);
    expect(await nact.query(entities[1].nact, { type: "Add", amount: 2 }, 1_000)).to.equal(2);
  });

  it("of ours end apart", async () => {
    const [one, other] = await Promise.all([start({}, "twin"), start({}, "twin")]);
    const ref = other.spawn(echo);
    await one.terminate();
    expect(await ref.ask("still here")).to.equal("still here");
    expect(await nact.query(ref.nact, "still here", 1_000)).to.equal("still here");
    expect(await other.spawn(echo).ask("more")).to.equal("more");
  });

  for (const order of ["before", "after"] as const) {
    it(`may be one of ours and one of nact, started ${order} ours`, async () => {
      const early = order === "before" ? startNact() : undefined;
      const ours = await start({}, "twin");
      const theirs = early ?? startNact();
      const neighbour = nact.spawnEcho(theirs);
      const ref = ours.spawn(echo, "echo");
      expect(await nact.query(ref.nact, "ours", 1_000)).to.equal("ours");
      expect(await nact.query(neighbour, "theirs", 1_000)).to.equal("theirs");
      expect(await nact.query(nact.spawnEcho(ours.nact), "beside ours", 1_000)).to.equal("beside ours");
      await ours.terminate();
      expect(await nact.query(neighbour, "still here", 1_000)).to.equal("still here");
    });
  }

  it("share the name in their paths", async () => {
    const running = await Promise.all([start({}, "Ωmega/1"), start({}, "Ωmega/1")]);
    expect(running.map((system) => system.spawn(echo, "a b").path)).to.deep.equal([
      "Ωmega/1://user/a b",
      "Ωmega/1://user/a b",
    ]);
  });

  it("may follow each other", async () => {
    for (const round of [1, 2, 3]) {
      const system = await ActorSystem.create("again");
      const ref = system.spawn(echo, "echo");
      expect(await nact.query(ref.nact, round, 1_000)).to.equal(round);
      await system.terminate();
    }
  });
});
