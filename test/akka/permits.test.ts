/** How many recover at a time, as Akka's RecoveryPermitterSpec and ManyRecoveriesSpec have it. */
import { expect } from "chai";
import type { ActorSystem, EntityRef, Storage } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type FaultyStorage, faultyStorage } from "rekindle/testkit";
import { Permits, type Release } from "#src/persistence/permits.js";
import { echo } from "../support/echo.ts";
import { type NotebookOptions, note, notebook, type Order, read } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { quiet, rejection } from "../support/waiting.ts";
import { watchedStorage } from "../support/watched-storage.ts";

/** Permits, and who has got one so far. */
function asking(
  limit: number,
  askers: number,
): { granted: number[]; releases: Map<number, Release>; permits: Permits } {
  const permits = new Permits(limit);
  const granted: number[] = [];
  const releases = new Map<number, Release>();
  for (let asker = 1; asker <= askers; asker++) {
    void permits.acquire().then((release) => {
      granted.push(asker);
      releases.set(asker, release);
    });
  }
  return { granted, releases, permits };
}

describe("permits", () => {
  it("109: are given up to the limit; who waits gets one in its turn when one is returned", async () => {
    const { granted, releases } = asking(3, 5);
    await quiet();
    expect(granted).to.deep.equal([1, 2, 3]);
    releases.get(2)?.();
    await quiet();
    expect(granted).to.deep.equal([1, 2, 3, 4]);
    releases.get(1)?.();
    await quiet();
    expect(granted).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it("110: are given at once when one is free again", async () => {
    const { granted, releases, permits } = asking(1, 1);
    await quiet();
    expect(granted).to.deep.equal([1]);
    releases.get(1)?.();
    releases.get(1)?.();
    const second = await permits.acquire();
    let third = false;
    void permits.acquire().then(() => (third = true));
    await quiet();
    expect(third, "returning a permit twice gives no second one").to.equal(false);
    second();
    await quiet();
    expect(third).to.equal(true);
  });
});

interface Recoveries {
  readonly system: ActorSystem;
  readonly faults: FaultyStorage;
  /** Which recoveries have begun, in order. */
  readonly begun: () => string[];
  readonly ref: (id: string) => EntityRef<Order>;
}

/** A system in which one may recover at a time. */
async function oneAtATime(options: NotebookOptions = {}): Promise<Recoveries> {
  const faults = faultyStorage(memoryStorage());
  const storage = watchedStorage(faults);
  const system = await startSystem({ storage, maxConcurrentRecoveries: 1 });
  const definition = notebook({}, options);
  return {
    system,
    faults,
    begun: () => storage.calls.map((call) => call.replace("load notebook|", "")),
    ref: (id) => system.entityRef(definition, id),
  };
}

describe("a recovery", () => {
  it("111: waits when all permits are used; a stop that came meanwhile is heeded after it", async () => {
    const { system, faults, begun, ref } = await oneAtATime();
    faults.hold("load", "notebook|slow");
    const slow = ref("slow").ask(read);
    const asked = ref("next").ask(note("a"));
    let stopped = false;
    const stop = system.stop(ref("next")).then(() => (stopped = true));
    await quiet();
    expect([begun(), stopped]).to.deep.equal([["slow"], false]);
    faults.release("load", "notebook|slow");
    expect([await slow, await asked]).to.deep.equal([[], 1]);
    await stop;
    expect(begun()).to.deep.equal(["slow", "next"]);
  });

  it("112: that is given up while it waits takes no permit along", async () => {
    const { system, faults, begun, ref } = await oneAtATime();
    faults.hold("load");
    const outcomes = ["1", "2", "3", "4"].map((id) =>
      ref(id)
        .ask(read)
        .catch((error: Error) => error.name),
    );
    await quiet();
    await system.kill(ref("2"));
    await quiet();
    expect(begun()).to.deep.equal(["1"]);
    faults.release("load", undefined);
    expect(await Promise.all(outcomes)).to.deep.equal([[], "ActorStoppedError", [], []]);
    expect(begun(), "the one that was killed never began").to.deep.equal(["1", "3", "4"]);
    faults.hold("load");
    const later = ["5", "6"].map((id) => ref(id).ask(read));
    await quiet();
    expect(begun().slice(3), "there is still one permit, and no more").to.deep.equal(["5"]);
    faults.release("load");
    await Promise.all(later);
  });

  it("91, 113: that is given up while its snapshot is loaded passes the permit on at once", async () => {
    const { system, faults, begun, ref } = await oneAtATime();
    faults.hold("load", "notebook|1");
    const killed = rejection(ref("1").ask(read));
    const next = ref("2").ask(note("a"));
    await quiet();
    expect(begun()).to.deep.equal(["1"]);
    await system.kill(ref("1"));
    expect(await killed).to.have.property("code", "ACTOR_STOPPED");
    expect(await next, "although the store still holds the other").to.equal(1);
    faults.release("load", "notebook|1");
    expect(await ref("1").ask(note("b"))).to.equal(1);
  });

  it("91: that is given up is told no PostStop, as it was told no RecoveryCompleted", async () => {
    const told: string[] = [];
    const { system, faults, ref } = await oneAtATime({ onSignal: (_words, { type }) => told.push(type) });
    faults.hold("load");
    const killed = rejection(ref("1").ask(read));
    await quiet();
    await system.kill(ref("1"));
    await killed;
    expect(told).to.deep.equal([]);
    faults.release("load");
    await ref("1").ask(read);
    await system.kill(ref("1"));
    expect(told).to.deep.equal(["RecoveryCompleted", "PostStop"]);
  });

  it("114: whose RecoveryCompleted handler throws returns its permit", async () => {
    let throws = 1;
    const { begun, ref } = await oneAtATime({
      onSignal: (_words, { type }) => {
        if (type === "RecoveryCompleted" && throws-- > 0) throw new Error("ordered");
      },
    });
    expect(await Promise.all(["1", "2"].map((id) => ref(id).ask(read)))).to.deep.equal([[], []]);
    expect(begun().toSorted()).to.deep.equal(["1", "1", "2"]);
  });

  it("115: of a hundred, three at a time, keeps nobody else from answering; then all answer", async () => {
    const faults = faultyStorage(memoryStorage());
    const definition = notebook();
    const ids = Array.from({ length: 100 }, (_, n) => `a${n}`);
    await storeOneEach(faults, ids);
    faults.hold("read");
    const storage = watchedStorage(faults);
    const system = await startSystem({ storage, maxConcurrentRecoveries: 3 });
    const asked = ids.map((id) => system.entityRef(definition, id).ask(note("B")));
    await quiet();
    expect(storage.calls).to.deep.equal(["a0", "a1", "a2"].map((id) => `load notebook|${id}`));
    const echoes = await Promise.all([1, 2, 3].map((n) => system.spawn(echo).ask(n)));
    expect(echoes).to.deep.equal([1, 2, 3]);
    faults.release("read");
    expect(await Promise.all(asked)).to.deep.equal(ids.map(() => 2));
  });
});

async function storeOneEach(storage: Storage, ids: readonly string[]): Promise<void> {
  const system = await startSystem({ storage });
  const definition = notebook();
  await Promise.all(ids.map((id) => system.entityRef(definition, id).ask(note("A"))));
  await system.terminate();
}
