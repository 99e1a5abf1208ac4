/** Actors of one system: their names, their children, their dead letters. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import {
  type ActorContext,
  type ActorDefinition,
  type ActorRef,
  ActorStoppedError,
  type ActorSystem,
  actor,
  NameTakenError,
} from "rekindle";
import { ManualClock, TestProbe } from "rekindle/testkit";
import { rejection } from "../support/rejection.ts";
import { systems } from "../support/systems.ts";

type Script = (context: ActorContext<Script>) => unknown;

/** Answers with whatever the script that it is sent returns. */
function scripted(onStop: () => void = () => {}): ActorDefinition<Script, undefined> {
  return actor<Script, undefined>({
    initialState: undefined,
    receive(_state, script, context) {
      context.reply(script(context));
      return undefined;
    },
    onStop,
    supervision: { minBackoffMs: 100, jitter: 0 },
  });
}

const hello: Script = () => "hello";

describe("spawning", () => {
  const start = systems();
  let clock: ManualClock;
  let system: ActorSystem;

  beforeEach(async () => {
    clock = new ManualClock();
    system = await start({ clock });
  });

  describe("under a name", () => {
    for (const name of ["greeter", "Καλημέρα", "購物車", "\u0000", "~", "$1", "%2F", "a/b", "__proto__", "🛒"]) {
      it(`of any script is possible: ${JSON.stringify(name)}`, async () => {
        const ref = system.spawn(scripted(), name);
        expect(ref.path).to.equal(`test://user/${name}`);
        expect(await ref.ask(hello)).to.equal("hello");
      });
    }

    for (const name of ["", null, 42, "a\ud83d", "x".repeat(5_000)]) {
      it(`that is none is refused with a TypeError: ${String(name).slice(0, 10)}`, () => {
        expect(() => system.spawn(scripted(), name as string)).to.throw(TypeError, /^name /);
      });
    }

    it("in use is refused, and nothing happens to the actor that has it", async () => {
      const ref = system.spawn(scripted(), "one");
      expect(() => system.spawn(scripted(), "one"))
        .to.throw(NameTakenError, "in use")
        .with.property("taken", "one");
      expect(await ref.ask(hello)).to.equal("hello");
    });

    for (const how of ["stop", "kill"] as const) {
      it(`is possible again directly after awaiting ${how}`, async () => {
        for (let round = 1; round <= 5; round++) {
          const ref = system.spawn(scripted(), "one");
          expect(await ref.ask(() => round)).to.equal(round);
          await system[how](ref);
        }
      });
    }

    it("does not bring an old reference back to life", async () => {
      const old = system.spawn(scripted(), "one");
      await system.stop(old);
      const young = system.spawn(scripted(), "one");
      expect(await rejection(old.ask(hello))).to.be.instanceOf(ActorStoppedError);
      await system.kill(old);
      expect(await young.ask(hello)).to.equal("hello");
    });
  });

  describe("without a name", () => {
    it("makes one up that is free", async () => {
      system.spawn(scripted(), "$1");
      system.spawn(scripted(), "$2");
      const refs = Array.from({ length: 100 }, () => system.spawn(scripted()));
      expect(new Set(refs.map((ref) => ref.path)).size).to.equal(100);
      expect(await Promise.all(refs.map((ref) => ref.ask(hello)))).to.deep.equal(refs.map(() => "hello"));
    });
  });

  describe("what is no definition", () => {
    for (const behavior of [undefined, null, {}, () => {}, { receive: () => 0, initialState: 0 }]) {
      it(`is refused with a TypeError: ${JSON.stringify(behavior)}`, async () => {
        const spawn = ({ spawn }: { spawn: ActorSystem["spawn"] }): unknown => spawn(behavior as never, "x");
        expect(() => spawn({ spawn: system.spawn.bind(system) })).to.throw(TypeError, "spawn takes a definition");
        const parent = system.spawn(scripted());
        const error = await rejection(parent.ask((context) => spawn(context as never)));
        expect(error.cause).to.be.instanceOf(TypeError);
      });
    }
  });
});

describe("an actor's children", () => {
  const start = systems();
  let clock: ManualClock;
  let system: ActorSystem;
  let stopped: string[];

  beforeEach(async () => {
    clock = new ManualClock();
    system = await start({ clock });
    stopped = [];
  });

  /** `depth` generations, the oldest first. */
  async function family(depth: number): Promise<ActorRef<Script>[]> {
    const refs = [
      system.spawn(
        scripted(() => stopped.push("0")),
        "0",
      ),
    ];
    for (let generation = 1; generation < depth; generation++) {
      const name = String(generation);
      const behavior = scripted(() => stopped.push(name));
      const child = await refs.at(-1)?.ask<ActorRef<Script>>(({ spawn }) => spawn(behavior, name));
      if (child) refs.push(child);
      await child?.ask(hello);
    }
    await refs[0]?.ask(hello);
    return refs;
  }

  it("stand below it", async () => {
    const [, child, grandchild] = await family(3);
    expect([child?.path, grandchild?.path]).to.deep.equal(["test://user/0/1", "test://user/0/1/2"]);
  });

  for (const how of ["stop", "kill"] as const) {
    it(`end with it by ${how}, at every depth`, async () => {
      const [parent, ...descendants] = await family(4);
      if (parent) await system[how](parent);
      expect(stopped.sort()).to.deep.equal(["0", "1", "2", "3"]);
      for (const ref of descendants) {
        await system.watch(ref);
        expect(await rejection(ref.ask(hello))).to.be.instanceOf(ActorStoppedError);
      }
    });
  }

  it("that are killed with it leave no asker without an answer", async () => {
    const [parent, ...descendants] = await family(3);
    const asked = descendants.map((ref) => rejection(ref.ask(hello)));
    if (parent) await system.kill(parent);
    for (const error of await Promise.all(asked)) expect(error).to.be.instanceOf(ActorStoppedError);
  });

  it("end when it restarts, and may be spawned anew under their names", async () => {
    const [parent, child, grandchild] = await family(3);
    if (!parent || !child || !grandchild) return expect.fail("a generation is missing");
    const boom: Script = () => {
      throw new Error("boom");
    };
    await rejection(parent.ask(boom));
    await turn();
    clock.advance(100);
    await Promise.all([system.watch(child), system.watch(grandchild)]);
    expect(stopped.sort()).to.deep.equal(["1", "2"]);
    const again = await parent.ask<ActorRef<Script>>(({ spawn }) => spawn(scripted(), "1"));
    expect([again.path, await again.ask(hello)]).to.deep.equal(["test://user/0/1", "hello"]);
  });

  it("end alone when they are stopped themselves, and leave their name to another", async () => {
    const [parent, child] = await family(2);
    if (!parent || !child) return expect.fail("a generation is missing");
    await system.stop(child);
    expect(await parent.ask(hello)).to.equal("hello");
    const again = await parent.ask<ActorRef<Script>>(({ spawn }) => spawn(scripted(), "1"));
    expect(await again.ask(hello)).to.equal("hello");
  });

  it("have names that are free among their siblings only", async () => {
    const [parent] = await family(2);
    const taken = await rejection(parent?.ask(({ spawn }) => spawn(scripted(), "1")) ?? Promise.resolve());
    expect(taken.cause).to.be.instanceOf(NameTakenError);
    expect(await system.spawn(scripted(), "1").ask(hello)).to.equal("hello");
  });

  it("cannot be had any more by one that has ended", async () => {
    const parent = system.spawn(scripted(), "0");
    const context = await parent.ask<ActorContext<Script>>((context) => context);
    await system.stop(parent);
    expect(() => context.spawn(scripted())).to.throw(ActorStoppedError, "test://user/0");
  });
});

describe("a dead letter", () => {
  const start = systems();

  it("names the actor, the message and the reason", async () => {
    const system = await start();
    const probe = new TestProbe(system);
    system.eventStream.subscribe(probe.ref, "DeadLetter");
    const ref = system.spawn(scripted(), "gone");
    await system.stop(ref);
    ref.tell(hello);
    await probe.expectMessage({
      type: "DeadLetter",
      path: "test://user/gone",
      message: hello,
      reason: "the actor has stopped",
    });
  });
});
