/** Families of both kinds: actors of nact below ours, and ours below those of nact. */
import { expect } from "chai";
import {
  configurePersistence,
  dispatch,
  query,
  type Ref,
  spawn,
  spawnPersistent,
  spawnStateless,
  start,
  stop,
} from "nact";
import { ActorStoppedError, ActorSystem, actor, type Command, eventSourced, NameTakenError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { persistenceEngine } from "rekindle/nact";
import { TestProbe } from "rekindle/testkit";
import { backends, folders, rejection, until } from "./fixture.ts";

type Ask = Command<"Add", { n: number }, number> | Command<"Boom", {}>;

const tally = eventSourced<Ask, { type: "Added"; n: number }, number>({
  entityType: "tally",
  emptyState: 0,
  commandHandler(sum, command, { effect }) {
    if (command.type === "Boom") throw new Error("boom");
    if (command.n === 0) return effect.reply(command, sum);
    return effect.persist({ type: "Added", n: command.n }).thenReply(command, (after) => after);
  },
  eventHandler: (sum, event) => sum + event.n,
  supervision: { minBackoffMs: 1 },
});

const echo = actor<unknown, number>({
  initialState: 0,
  receive(count, message, { reply, self, system }) {
    if (message === "boom") throw new Error("boom");
    reply({ message, count, path: self.path, system: system.name });
    return count + 1;
  },
  supervision: { minBackoffMs: 1 },
});

/** A stateless actor of nact that answers whoever is named in the message. */
function answering(parent: Ref<never>, name: string): Ref<{ to: Ref<unknown>; text: string }> {
  return spawnStateless(
    parent,
    ({ to, text }: { to: Ref<unknown>; text: string }) => dispatch(to, `${name}: ${text}`),
    name,
  );
}

/** What nact knows of an actor that lives: it answers, where one that has stopped throws or rejects. */
async function lives(ref: Ref<never>): Promise<boolean> {
  try {
    stop(spawnStateless(ref, () => {}));
    return true;
  } catch {
    return false;
  }
}

describe("families of actors", () => {
  let system: ActorSystem;
  let nactSystem: Ref<never>;

  beforeEach(async () => {
    system = await ActorSystem.create("family", { storage: memoryStorage() });
    nactSystem = start();
  });

  afterEach(async () => {
    await system.terminate();
    stop(nactSystem);
  });

  describe("an actor of nact below ours", () => {
    const parents = {
      "a plain actor": () => system.spawn(echo, "parent"),
      "a spawned entity": () => system.spawn(tally, "parent"),
      "an entity behind its reference": () => system.entityRef(tally, "parent"),
    };

    for (const [kind, make] of Object.entries(parents)) {
      it(`lives and answers while its parent lives: ${kind}`, async () => {
        const parent = make();
        const child = answering(parent.nact, "child");
        const grandchild = answering(child as Ref<never>, "grandchild");
        const probe = new TestProbe(system);
        dispatch(child, { to: probe.ref.nact, text: "hello" });
        expect(await probe.receiveN(1)).to.deep.equal(["child: hello"]);
        expect(await query(grandchild, (to: Ref<string>) => ({ to, text: "hi" }), 1_000)).to.equal("grandchild: hi");

        await system.stop(parent);
        expect(await lives(child as Ref<never>)).to.equal(false);
        expect(await lives(grandchild as Ref<never>)).to.equal(false);
      });

      it(`stops when its parent is killed: ${kind}`, async () => {
        const parent = make();
        const child = answering(parent.nact, "child");
        expect(await lives(child as Ref<never>)).to.equal(true);
        await system.kill(parent);
        expect(await lives(child as Ref<never>)).to.equal(false);
      });
    }

    it("stops when its parent restarts, and its name is free again", async () => {
      const parent = system.spawn(echo, "parent");
      const child = answering(parent.nact, "child");
      await rejection(parent.ask("boom"));
      await parent.ask("are you back?");
      expect(await lives(child as Ref<never>)).to.equal(false);
      expect(await lives(answering(parent.nact, "child") as Ref<never>)).to.equal(true);
    });

    it("can tell its parent, and ask it", async () => {
      const parent = system.spawn(tally, "parent");
      const child = spawn(
        parent.nact,
        async (sum: number, n: number) => {
          return sum + Number(await query(parent.nact, () => ({ type: "Add" as const, n }), 1_000));
        },
        "child",
        { initialState: 0 },
      );
      dispatch(child, 2);
      dispatch(child, 3);
      await until(async () => (await parent.ask({ type: "Add", n: 0 })) === 5);
    });
  });

  describe("ours below an actor of nact", () => {
    const places = {
      "under our own system": () => spawnStateless(system.nact, () => {}, "parent") as Ref<never>,
      "in a system that nact's start made": () => spawnStateless(nactSystem, () => {}, "parent") as Ref<never>,
    };

    for (const [where, make] of Object.entries(places)) {
      it(`live, answer both worlds and end with it: ${where}`, async () => {
        const parent = make();
        const entity = system.spawn(tally, "42", { parent });
        const plain = system.spawn(echo, "echo", { parent });
        expect(entity.path).to.match(/:\/\/parent\/42$/);
        expect(await entity.ask({ type: "Add", n: 5 })).to.equal(5);
        expect(await query(entity.nact, () => ({ type: "Add" as const, n: 2 }), 1_000)).to.equal(7);
        expect(await plain.ask("hello")).to.deep.include({ message: "hello", system: "family" });
        const [entityEnds, plainEnds] = [system.watch(entity), system.watch(plain)];

        stop(parent);
        await Promise.all([entityEnds, plainEnds]);
        expect(await rejection(entity.ask({ type: "Add", n: 1 }))).to.be.instanceOf(ActorStoppedError);
        expect(await lives(entity.nact)).to.equal(false);
        const again = system.spawn(tally, "42");
        expect(await again.ask({ type: "Add", n: 0 })).to.equal(7);
      });
    }

    it("end when anything of nact above them stops, although nact itself leaves grandchildren alone", async () => {
      const top = spawnStateless(nactSystem, () => {}, "top") as Ref<never>;
      const middle = spawnStateless(top, () => {}, "middle") as Ref<never>;
      const ours = system.spawn(echo, "ours", { parent: middle });
      const below = spawnStateless(ours.nact, () => {}, "below") as Ref<never>;
      const bottom = system.spawn(tally, "bottom", { parent: below });
      const other = system.spawn(echo, "other", { parent: nactSystem });
      stop(top);
      await Promise.all([system.watch(ours), system.watch(bottom)]);
      expect(await other.ask("still there?")).to.include({ message: "still there?" });
      stop(nactSystem);
      await system.watch(other);
    });

    it("end when their parent is reset or shuts itself down", async () => {
      const crashing = spawn(
        nactSystem,
        () => {
          throw new Error("boom");
        },
        "crashing",
        { onCrash: (_message, _error, context) => context.reset },
      ) as Ref<unknown>;
      const sleepy = spawn(nactSystem, () => {}, "sleepy", { shutdownAfter: 5 }) as Ref<never>;
      const children = [
        system.spawn(echo, "a", { parent: crashing as Ref<never> }),
        system.spawn(echo, "b", { parent: sleepy }),
      ];
      dispatch(crashing, "go");
      await Promise.all(children.map((child) => system.watch(child)));
      const next = system.spawn(echo, "a", { parent: crashing as Ref<never> });
      expect(await next.ask("there?")).to.include({ message: "there?" });
    });

    it("restart without their parent noticing", async () => {
      const parent = spawnStateless(nactSystem, () => {}, "parent") as Ref<never>;
      const entity = system.spawn(tally, "7", { parent });
      await entity.ask({ type: "Add", n: 1 });
      await rejection(entity.ask({ type: "Boom" }));
      expect(await entity.ask({ type: "Add", n: 1 })).to.equal(2);
    });

    it("end with our system, and leave that of nact alone", async () => {
      const parent = answering(nactSystem, "parent");
      const entity = system.spawn(tally, "7", { parent: parent as Ref<never> });
      await entity.ask({ type: "Add", n: 1 });
      await system.terminate();
      expect(await lives(entity.nact)).to.equal(false);
      expect(await query(parent, (to: Ref<string>) => ({ to, text: "hi" }), 1_000)).to.equal("parent: hi");
    });

    it("are refused under a parent that has stopped or is none, and under a name in use", async () => {
      const parent = spawnStateless(nactSystem, () => {}, "parent") as Ref<never>;
      system.spawn(echo, "child", { parent });
      expect(() => system.spawn(echo, "child", { parent })).to.throw(NameTakenError);
      system.spawn(tally, "9", { parent });
      expect(() => system.spawn(tally, "9")).to.throw(NameTakenError, "tally|9");
      expect(await rejection(system.entityRef(tally, "9").ask({ type: "Add", n: 1 }))).to.be.instanceOf(NameTakenError);
      for (const none of [null, "parent", {}, system] as never[]) {
        expect(() => system.spawn(echo, "x", { parent: none })).to.throw(TypeError, "nact reference");
      }
      stop(parent);
      expect(() => system.spawn(tally, "10", { parent })).to.throw(ActorStoppedError, "can have no children any more");
      expect(() => system.spawn(echo, "y", { parent })).to.throw(ActorStoppedError, "can have no children any more");
      system.spawn(tally, "10");
    });
  });
});

for (const [name, make] of Object.entries(backends)) {
  describe(`a family of persistent actors over ${name}`, () => {
    it("has an entity below a persistent actor of nact, and another of nact below the entity", async () => {
      const [ours, theirs] = [await make(), await make()];
      for (const round of [1, 2]) {
        const system = await ActorSystem.create("family", { storage: ours() });
        const engine = persistenceEngine(theirs());
        const nactSystem = start(configurePersistence(engine));
        const counting = async (sum: number, n: number, context: unknown): Promise<number> => {
          const { persist, recovering, sender } = context as {
            persist: (n: number) => Promise<void>;
            recovering?: boolean;
            sender: Ref<number>;
          };
          if (!recovering) await persist(n);
          if (!recovering) dispatch(sender, sum + n);
          return sum + n;
        };
        const top = spawnPersistent(nactSystem, counting, "top", "top", { initialState: 0 });
        const entity = system.spawn(tally, "1", { parent: top as Ref<never> });
        const bottom = spawnPersistent(entity.nact, counting, "bottom", "bottom", { initialState: 0 });
        for (const ref of [top, bottom]) expect(await query(ref, () => 1, 1_000)).to.equal(round);
        expect(await entity.ask({ type: "Add", n: 1 })).to.equal(round);
        stop(top);
        await system.watch(entity);
        expect(await lives(bottom as Ref<never>)).to.equal(false);
        stop(nactSystem);
        await engine.close();
        await system.terminate();
      }
      await folders.removeAll();
    });
  });
}
