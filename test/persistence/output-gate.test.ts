/** Nothing leaves an entity before what it depends on is durable, and the entity goes on deciding meanwhile. */
import { expect } from "chai";
import type { ActorSystem, EntityRef } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type FaultyStorage, faultyStorage } from "rekindle/testkit";
import { alteredStorage } from "../support/altered-storage.ts";
import { note, notebook, noted, type Order, read } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { deferred, eventually, quiet } from "../support/waiting.ts";
import { type WatchedStorage, watchedStorage } from "../support/watched-storage.ts";

/** An entity that tells everything that leaves it, and whose writes wait. */
interface Gated {
  readonly system: ActorSystem;
  readonly ref: EntityRef<Order>;
  readonly faults: FaultyStorage;
  readonly storage: WatchedStorage;
  /** What has left, in order. */
  readonly left: string[];
  readonly decided: string[];
  /** Asks, and tells when the answer has come. */
  ask(order: Order): void;
}

async function gated(): Promise<Gated> {
  const left: string[] = [];
  const decided: string[] = [];
  const definition = notebook(
    {
      Full: (_words, order, { effect }) => {
        decided.push(String(order.word));
        return effect
          .persist(noted(String(order.word)))
          .thenRun((words) => left.push(`ran with ${words}`))
          .thenSnapshot()
          .thenReply(order, (words) => words.join());
      },
      Read: (words, order, { effect }) => {
        decided.push("read");
        return effect.reply(order, words.join());
      },
    },
    { onSignal: (_words, signal) => signal.type === "SnapshotSaved" && left.push(`saved ${signal.sequenceNr}`) },
  );
  const faults = faultyStorage(memoryStorage());
  const storage = watchedStorage(faults);
  const system = await startSystem({ storage });
  system.eventStream
    .of(definition)
    .subscribe(({ event, sequenceNr }) => left.push(`published ${event.word} as ${sequenceNr}`));
  const ref = system.entityRef(definition, "1");
  await ref.ask(read);
  decided.length = 0;
  faults.hold("append");
  const ask = (order: Order): void => {
    void ref.ask(order).then((answer) => left.push(`answered ${String(answer)}`));
  };
  return { system, ref, faults, storage, left, decided, ask };
}

function full(word: string): Order {
  return { type: "Full", word };
}

describe("the output gate", () => {
  it("keeps reply, side effect, publication and snapshot until their write is durable", async () => {
    const { faults, left, decided, storage, ask } = await gated();
    ask(full("a"));
    await eventually("the write is under way", () => storage.appends.length === 1);
    await quiet();
    expect(decided).to.deep.equal(["a"]);
    expect(left).to.deep.equal([]);
    expect(storage.calls).to.not.include("save notebook|1");
    faults.release("append");
    await eventually("all has left", () => left.length === 4);
    expect(left).to.have.members(["published a as 1", "ran with a", "saved 1", "answered a"]);
    expect(left.indexOf("published a as 1")).to.be.lessThan(left.indexOf("ran with a"));
    expect(left.indexOf("ran with a")).to.be.lessThan(left.indexOf("answered a"));
  });

  it("keeps a reply that was read from a state that is not durable yet", async () => {
    const { faults, left, decided, ask } = await gated();
    ask(full("a"));
    ask(read);
    await eventually("both are decided", () => decided.length === 2);
    await quiet();
    expect(left).to.deep.equal([]);
    faults.release("append");
    await eventually("the read is answered", () => left.filter((output) => output === "answered a").length === 2);
  });

  it("lets a read pass at once when nothing is under way", async () => {
    const { left, ask } = await gated();
    ask(read);
    await eventually("the read is answered", () => left.includes("answered "));
  });

  it("ends a turn that has collected much, so that it is written while the next one decides", async () => {
    const { faults, left, decided, storage, ask } = await gated();
    faults.release("append");
    const long = "x".repeat(100_000);
    for (let n = 0; n < 7; n++) ask(full(long));
    for (let n = 0; n < 100; n++) ask(full("short"));
    await eventually("all are answered", () => left.filter((output) => output.startsWith("answered")).length === 107);
    expect(decided).to.have.lengthOf(107);
    expect(storage.appends.map(({ events }) => events.length)).to.deep.equal([3, 3, 101]);
  });

  it("does not keep what another entity does", async () => {
    const { system, faults, ref } = await gated();
    faults.release("append");
    faults.hold("append", ref.persistenceId);
    ref.tell(note("held"));
    const definition = notebook({}, { entityType: "other" });
    expect(await system.entityRef(definition, "1").ask(note("free"))).to.equal(1);
  });

  it("lets the entity decide on its newest state while a write is held, each with the state of its own moment", async () => {
    const { faults, left, decided, ask } = await gated();
    ask(full("a"));
    await eventually("the first is decided", () => decided.length === 1);
    for (const word of ["b", "c", "d"]) ask(full(word));
    await eventually("the others are decided", () => decided.length === 4);
    await quiet();
    expect(left).to.deep.equal([]);
    faults.release("append");
    await eventually("all are answered", () => left.includes("answered a,b,c,d"));
    expect(left.filter((output) => output.startsWith("answered"))).to.deep.equal([
      "answered a",
      "answered a,b",
      "answered a,b,c",
      "answered a,b,c,d",
    ]);
  });

  it("joins the events of all commands of one turn in one write", async () => {
    const { faults, left, storage, ask } = await gated();
    for (const word of ["a", "b", "c"]) ask(full(word));
    await eventually("the write is under way", () => storage.appends.length > 0);
    faults.release("append");
    await eventually("all are answered", () => left.includes("answered a,b,c"));
    expect(storage.appends.map(({ events }) => events.length)).to.deep.equal([3]);
  });

  it("lets everything out in the order of the decisions", async () => {
    const { faults, left, decided, ask } = await gated();
    for (const word of ["a", "b"]) {
      ask(full(word));
      await eventually(`${word} is decided`, () => decided.includes(word));
    }
    ask(read);
    await eventually("the read is decided", () => decided.includes("read"));
    faults.release("append");
    await eventually("all has left", () => left.length === 9);
    const of = (kind: string): string[] => left.filter((output) => output.startsWith(kind));
    expect(of("published")).to.deep.equal(["published a as 1", "published b as 2"]);
    expect(of("ran")).to.deep.equal(["ran with a", "ran with a,b"]);
    expect(of("saved")).to.deep.equal(["saved 1", "saved 2"]);
    expect(of("answered")).to.deep.equal(["answered a", "answered a,b", "answered a,b"]);
    expect(left.indexOf("ran with a")).to.be.lessThan(left.indexOf("published b as 2"));
  });

  it("takes no further command while too much waits to be written", async () => {
    const drained = deferred();
    const backlog = { full: false, drained: () => drained.promise };
    const storage = alteredStorage(memoryStorage(), { journal: () => ({ backlog }) });
    const system = await startSystem({ storage });
    const ref = system.entityRef(notebook(), "1");
    expect(await ref.ask(note("a"))).to.equal(1);
    backlog.full = true;
    const waiting = ref.ask(note("b"));
    await quiet();
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a"]);
    backlog.full = false;
    drained.resolve();
    expect(await waiting).to.equal(2);
  });

  it("names the write that each write follows", async () => {
    const { faults, storage, decided, ask } = await gated();
    ask(full("a"));
    await eventually("a is decided", () => decided.includes("a"));
    ask(full("b"));
    await eventually("b is on its way", () => storage.appends.length === 2);
    faults.release("append");
    const numbers = storage.appends.map(({ sequenceNr, expectedSequenceNr }) => [sequenceNr, expectedSequenceNr]);
    expect(numbers).to.deep.equal([
      [1, 0],
      [2, 1],
    ]);
  });
});
