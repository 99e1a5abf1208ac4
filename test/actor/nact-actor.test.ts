/** Our actors among those of nact: each side reaches the other with its own functions. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { ActorStoppedError, type ActorSystem, actor, eventSourced } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { dispatch, query, spawn, spawnEcho, stop } from "../support/nact.ts";
import { rejection } from "../support/rejection.ts";
import { systems } from "../support/systems.ts";
import { tally } from "../support/tally.ts";
import { deferred } from "../support/waiting.ts";

/** Answers with everything it has had. */
const recorder = actor<unknown, unknown[]>({
  initialState: () => [],
  receive(had, message, { reply }) {
    const now = [...had, message];
    reply(now);
    return now;
  },
});

describe("nact", () => {
  const start = systems();
  let system: ActorSystem;

  beforeEach(async () => {
    system = await start({ storage: memoryStorage() });
  });

  describe("reaching an actor of ours", () => {
    it("dispatches into the same mailbox, in order with our own tells", async () => {
      const ref = system.spawn(recorder);
      ref.tell(1);
      dispatch(ref.nact, 2);
      ref.tell(3);
      dispatch(ref.nact, 4);
      expect(await ref.ask(5)).to.deep.equal([1, 2, 3, 4, 5]);
    });

    it("queries, and gets the reply", async () => {
      const ref = system.spawn(recorder);
      ref.tell("a");
      expect(await query(ref.nact, "b", 1_000)).to.deep.equal(["a", "b"]);
    });

    it("gets an error as the answer, because nact knows no failed reply", async () => {
      const error = new Error("sold out");
      const ref = system.spawn(
        actor<string, undefined>({
          initialState: undefined,
          receive(_state, message, { reject }) {
            if (message === "throw") throw error;
            reject(error);
            return undefined;
          },
        }),
      );
      expect(await query(ref.nact, "reject", 1_000)).to.equal(error);
      expect(await query(ref.nact, "throw", 1_000)).to.include({ code: "ACTOR_FAILED", cause: error });
    });

    it("gets ActorStoppedError as the answer when the actor is killed meanwhile", async () => {
      const mute = system.spawn(actor<string, undefined>({ initialState: undefined, receive: () => undefined }));
      const answer = query(mute.nact, "anybody there?", 1_000);
      await system.kill(mute);
      expect(await answer).to.be.instanceOf(ActorStoppedError);
    });

    it("is answered to the sender that it names", async () => {
      const ref = system.spawn(recorder);
      const answered = deferred<unknown>();
      const sender = spawn(system.nact, (_state, message) => answered.resolve(message));
      dispatch(ref.nact, "hello", sender);
      expect(await answered.promise).to.deep.equal(["hello"]);
    });

    it("stops it: what waits is settled, and whoever watches is told", async () => {
      const gate = deferred();
      const ref = system.spawn(
        actor<unknown, undefined>({ initialState: undefined, receive: () => gate.promise.then(() => undefined) }),
        "held",
      );
      const asks = [rejection(ref.ask(1)), rejection(ref.ask(2))];
      await turn();
      const watched = system.watch(ref);
      stop(ref.nact);
      await watched;
      for (const error of await Promise.all(asks)) expect(error).to.be.instanceOf(ActorStoppedError);
      dispatch(ref.nact, "vanishes, as it does in nact");
      expect(await system.spawn(recorder, "held").ask("again")).to.deep.equal(["again"]);
    });
  });

  describe("reaching an entity of ours", () => {
    it("activates one that was never live", async () => {
      const ref = system.entityRef(tally, "new");
      expect(await query(ref.nact, { type: "Add", amount: 2 }, 1_000)).to.equal(2);
      expect(await ref.ask({ type: "Get" })).to.equal(2);
    });

    it("activates one again that has stopped, under any id", async () => {
      for (const id of ["42", "a/b~$%", "購物車"]) {
        const ref = system.entityRef(tally, id);
        await ref.ask({ type: "Add", amount: 1 });
        await system.stop(ref);
        expect(await query(ref.nact, { type: "Add", amount: 2 }, 1_000)).to.equal(3);
      }
    });

    it("activates one again that was passivated", async () => {
      const idle = eventSourced({ ...tally.options, entityType: "idle", passivateAfterMs: 1 });
      const ref = system.entityRef(idle, "1");
      await ref.ask({ type: "Add", amount: 1 });
      await system.watch(ref);
      expect(await query(ref.nact, { type: "Add", amount: 2 }, 1_000)).to.equal(3);
    });

    it("dispatches in order with our own tells, also while it recovers", async () => {
      const ref = system.entityRef(tally, "1");
      dispatch(ref.nact, { type: "Add", amount: 1 });
      ref.tell({ type: "Double" });
      dispatch(ref.nact, { type: "Add", amount: 3 });
      expect(await ref.ask({ type: "Get" })).to.equal(5);
    });

    it("stops it, and its next message brings it back", async () => {
      const ref = system.entityRef(tally, "1");
      await ref.ask({ type: "Add", amount: 4 });
      const watched = system.watch(ref);
      stop(ref.nact);
      await watched;
      expect(await ref.ask({ type: "Get" })).to.equal(4);
    });
  });

  describe("spawning actors of its own", () => {
    it("lets them live beside ours under the system, where ours can tell them", async () => {
      const got = deferred<unknown>();
      const neighbour = spawn(system.nact, (_state, message) => got.resolve(message), "neighbour");
      const ref = system.spawn(
        actor<string, void>({ initialState: undefined, receive: (_, message) => dispatch(neighbour, message) }),
      );
      ref.tell("good morning");
      expect(await got.promise).to.equal("good morning");
      expect(await query(spawnEcho(system.nact), "hello", 1_000)).to.equal("hello");
    });

    for (const how of ["stop", "kill"] as const) {
      it(`ends those under an actor of ours with that actor, by ${how}, grandchildren too`, async () => {
        const ref = system.spawn(recorder, "parent");
        const child = spawnEcho(ref.nact, "child");
        const grandchild = spawnEcho(child, "grandchild");
        expect(await query(grandchild, 1, 1_000)).to.equal(1);
        await system[how](ref);
        await rejection(query(child, 1, 1_000));
        await rejection(query(grandchild, 1, 1_000));
        expect(await query(spawnEcho(system.spawn(recorder, "parent").nact, "child"), 2, 1_000)).to.equal(2);
      });
    }

    it("ends those under an actor of ours when that restarts, grandchildren too", async () => {
      const ref = system.spawn(
        actor<unknown, undefined>({
          initialState: undefined,
          receive(_state, message, { reply }) {
            if (message === "boom") throw new Error("boom");
            reply(message);
            return undefined;
          },
          supervision: { minBackoffMs: 1, jitter: 0 },
        }),
      );
      const stopped: string[] = [];
      const family = ["child", "grandchild"];
      family.reduce((parent, name) => spawn(parent, () => {}, name, { afterStop: () => stopped.push(name) }), ref.nact);
      ref.tell("boom");
      expect(await ref.ask("back")).to.equal("back");
      await turn();
      expect(stopped.sort()).to.deep.equal(family);
    });

    it("ends them with the system, grandchildren and their timers too", async () => {
      const stopped: string[] = [];
      const family = ["one", "two", "three"];
      const mortal = (name: string): object => ({ shutdownAfter: 3_600_000, afterStop: () => stopped.push(name) });
      family.reduce((parent, name) => spawn(parent, () => {}, name, mortal(name)), system.nact);
      await system.terminate();
      await turn();
      expect(stopped.sort()).to.deep.equal(family.sort());
    });
  });
});
