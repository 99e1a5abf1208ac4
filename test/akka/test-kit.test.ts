/** What Akka's persistence test kit asserts of itself, on ours. */
import { expect } from "chai";
import { type Command, eventSourced, RecoveryFailedError, SerializationError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, given, TestProbe } from "rekindle/testkit";
import { systemClock } from "#src/clock.js";
import { note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";

type BagCommand = Command<"Put", { readonly thing: string }>;
type Bag = ReadonlySet<string> | readonly string[];

/** Its state is kept in a snapshot after every event, and begins as what is given. */
function bag(emptyState: Bag) {
  return eventSourced<BagCommand, { readonly thing: string }, Bag>({
    entityType: "bag",
    emptyState,
    commandHandler: (_bag, { thing }, { effect }) => effect.persist({ thing }),
    eventHandler: (bag, { thing }) => (bag instanceof Set ? new Set([...bag, thing]) : [...bag, thing]),
    snapshots: { every: 1 },
  });
}

describe("Akka: the test kit", () => {
  it("211: finds a state, and an empty state, that no snapshot could hold", () => {
    const put: BagCommand = { type: "Put", thing: "a" };
    expect(given(bag([])).when(put).restart()).to.deep.equal(["a"]);
    expect(given(bag(new Set<string>())).when(put).restart).to.throw(SerializationError, "state");
    const unused = notebook({}, { emptyState: new Map() as never, snapshots: { every: 1 } });
    expect(given(unused).when(read).restart).to.throw(SerializationError, "state");
  });

  it("219: a fault that is ordered once breaks one recovery, and the second start is fine", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const ref = system.entityRef(notebook(), "1");
    await ref.ask(note("a"));
    await system.kill(ref);
    storage.failNext("read", ref.persistenceId);
    expect(await rejection(ref.ask(read))).to.be.instanceOf(RecoveryFailedError);
    expect(await ref.ask(read)).to.deep.equal(["a"]);
  });

  it("220: the highest sequence number stays when everything is deleted", async () => {
    const { journal, close } = await memoryStorage().open({ clock: systemClock, onFailure: () => {} });
    const event = { type: "Noted", version: 1, timestamp: 1, tags: [], metadata: undefined, payload: "{}" };
    const stream = { persistenceId: "notebook|1", entityType: "notebook", entityId: "1" };
    await journal.append({ ...stream, sequenceNr: 1, events: [event, event] });
    await journal.deleteTo(stream.persistenceId, Number.MAX_SAFE_INTEGER);
    expect(await journal.highestSequenceNr(stream.persistenceId)).to.equal(2);
    expect(await journal.append({ ...stream, sequenceNr: 3, events: [event] })).to.equal(3);
    await close();
  });

  it("221: a probe on the event stream sees what is stored, in order and numbered, and nothing that is refused", async () => {
    const system = await startSystem();
    const probe = new TestProbe(system);
    system.eventStream.subscribe(probe.ref, "Noted");
    const definition = notebook(
      {
        Later: (words, _order, { effect }) => (words.length === 0 ? effect.stash() : effect.persist(noted("c"))),
        Open: (_words, _order, { effect }) => effect.persist([noted("a"), noted("b")]).thenUnstashAll(),
      },
      {
        eventHandler(words, { word }) {
          if (word === "bad") throw new Error("refused");
          return [...words, word];
        },
      },
    );
    const ref = system.entityRef(definition, "1");
    ref.tell({ type: "Later" });
    ref.tell({ type: "Open" });
    await rejection(ref.ask(note("bad")));
    await ref.ask(note("d"));
    const seen = (await probe.receiveN(4)) as { sequenceNr: number; offset: number; event: { word: string } }[];
    expect(seen.map(({ sequenceNr, offset, event }) => `${sequenceNr} ${offset} ${event.word}`)).to.deep.equal([
      "1 1 a",
      "2 2 b",
      "3 3 c",
      "4 4 d",
    ]);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a", "2 b", "3 c", "4 d"]);
    await probe.expectNoMessage(10);
  });
});
