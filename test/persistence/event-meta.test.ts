/** Sequence numbers, timestamps, metadata and tags: the same live, on replay and in envelopes. */
import { expect } from "chai";
import { type EventMeta, SerializationError, type StreamEvent } from "rekindle";
import { ManualClock } from "rekindle/testkit";
import { systemClock } from "#src/clock.js";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Notebook, type NotebookOptions, note, notebook, noted, read } from "../support/notebook.ts";
import { historyOf, startSystem } from "../support/start-system.ts";
import { eventually, rejection } from "../support/waiting.ts";

/** A notebook that keeps what its event handler is told of each event. */
function recording(metas: EventMeta[], options: NotebookOptions = {}): Notebook {
  return notebook(
    { Several: (_words, _order, { effect }) => effect.persist(["x", "y", "z"].map(noted)) },
    {
      eventHandler: (words, { word }, meta) => {
        metas.push(meta);
        return [...words, word];
      },
      ...options,
    },
  );
}

onEveryStorage((newStorage) => {
  describe("what an event handler is told of an event", () => {
    it("34, 35: is the same live and on replay, but for `replaying`", async () => {
      const system = await startSystem({ storage: newStorage() });
      const metas: EventMeta[] = [];
      const ref = system.entityRef(recording(metas), "1");
      await ref.ask(note("a"), { metadata: { by: "me", nested: { list: [1, null] } } });
      await ref.ask({ type: "Several" }, { commandId: "c-1", metadata: { by: "you" } });
      await ref.ask(note("b"));
      const live = metas.splice(0);
      await system.kill(ref);
      await ref.ask(read);
      expect(metas).to.deep.equal(live.map((meta) => ({ ...meta, replaying: true })));
      expect(live.map(({ replaying }) => replaying)).to.deep.equal([false, false, false, false, false]);
      expect(live.map(({ sequenceNr }) => sequenceNr)).to.deep.equal([1, 2, 3, 4, 5]);
      const ofSeveral = { by: "you", commandId: "c-1" };
      const expected = [{ by: "me", nested: { list: [1, null] } }, ofSeveral, ofSeveral, ofSeveral, {}];
      expect(live.map(({ metadata }) => metadata)).to.deep.equal(expected);
    });
  });

  describe("the envelope of an event", () => {
    it("is the same on the event stream and in the journal", async () => {
      const clock = new ManualClock();
      const system = await startSystem({ storage: newStorage(), clock });
      const published: StreamEvent[] = [];
      system.eventStream.asObservable().subscribe((event) => "offset" in event && published.push(event));
      const tagger: NotebookOptions["tagger"] = ({ word }, words) => (words.length > 1 ? ["later", word] : []);
      const definition = notebook({}, { tagger });
      const ref = system.entityRef(definition, "1");
      await ref.ask(note("a"), { metadata: { by: "me" } });
      clock.advance(1_000);
      await ref.ask(note("b"));
      const common = { persistenceId: "notebook|1", entityType: "notebook", entityId: "1", type: "Noted", version: 1 };
      const at = Date.UTC(2020, 0, 1);
      const expected = [
        { ...common, offset: 1, sequenceNr: 1, timestamp: at, event: noted("a"), tags: [], metadata: { by: "me" } },
        {
          ...common,
          offset: 2,
          sequenceNr: 2,
          timestamp: at + 1_000,
          event: noted("b"),
          tags: ["later", "b"],
          metadata: {},
        },
      ];
      expect(await historyOf(system, ref)).to.deep.equal(expected);
      expect(published).to.deep.equal(expected);
    });
  });
});

describe("the envelopes of many events of one write", () => {
  it("have the offsets and numbers that the journal gives them", async () => {
    const system = await startSystem();
    const published: StreamEvent[] = [];
    const definition = recording([]);
    system.eventStream.of(definition).subscribe((envelope) => published.push(envelope));
    await system.entityRef(definition, "other").ask(note("before"));
    published.length = 0;
    const ref = system.entityRef(definition, "1");
    await Promise.all([note("a"), { type: "Several" }, note("b"), { type: "Several" }].map((order) => ref.ask(order)));
    expect(published).to.deep.equal(await historyOf(system, ref));
    expect(published.length).to.equal(8);
  });
});

describe("sequence numbers", () => {
  it("165: are those of the last event applied, in every handler", async () => {
    const system = await startSystem();
    const seen: string[] = [];
    const definition = notebook(
      {
        Three: (_words, _order, context) => {
          seen.push(`command ${context.sequenceNr}`);
          return context.effect.persist(["a", "b", "c"].map(noted));
        },
      },
      {
        eventHandler: (words, { word }, { sequenceNr, replaying }) => {
          seen.push(`${replaying ? "replay" : "event"} ${sequenceNr}`);
          return [...words, word];
        },
        onSignal: (_words, { type }, { sequenceNr }) => seen.push(`${type} ${sequenceNr}`),
      },
    );
    const ref = system.entityRef(definition, "1");
    await ref.ask({ type: "Three" });
    await system.kill(ref);
    await ref.ask({ type: "Three" });
    expect(seen).to.deep.equal([
      ...["RecoveryCompleted 0", "command 0", "event 1", "event 2", "event 3", "PostStop 3"],
      ...["replay 1", "replay 2", "replay 3", "RecoveryCompleted 3", "command 3", "event 4", "event 5", "event 6"],
    ]);
  });
});

describe("timestamps", () => {
  for (const what of ["live", "after a replay", "after a snapshot"] as const) {
    it(`never go back, ${what}, even when the clock is set back`, async () => {
      let now = 1_000;
      const system = await startSystem({ clock: { ...systemClock, now: () => now } });
      const definition = notebook({ Save: (_words, _order, { effect }) => effect.snapshot() });
      const ref = system.entityRef(definition, "1");
      await ref.ask(note("a"));
      if (what === "after a snapshot") await ref.ask({ type: "Save" });
      if (what !== "live") await system.stop(ref);
      now = 10;
      await ref.ask(note("b"));
      now = 2_000;
      await ref.ask(note("c"));
      expect((await historyOf(system, ref)).map(({ timestamp }) => timestamp)).to.deep.equal([1_000, 1_000, 2_000]);
    });
  }
});

describe("metadata", () => {
  it("that JSON would damage is refused with its path, and nothing is stored", async () => {
    const system = await startSystem();
    const ref = system.entityRef(notebook(), "1");
    const error = await rejection(ref.ask(note("a"), { metadata: { trace: { spans: [1, undefined] } } }));
    expect(error).to.be.instanceOf(SerializationError);
    expect(error).to.include({ what: "metadata", path: "$.trace.spans[1]" });
    expect(await ref.ask(read)).to.deep.equal([]);
  });

  for (const [what, metadata] of [
    ["a list", [1]],
    ["text", "who"],
  ] as const) {
    it(`that is ${what} is refused, and nothing is stored`, async () => {
      const system = await startSystem();
      const ref = system.entityRef(notebook(), "1");
      const error = await rejection(ref.ask(note("a"), { metadata: metadata as never }));
      expect(error)
        .to.be.instanceOf(SerializationError)
        .and.to.include({ what: "metadata", problem: "is not an object" });
      expect(await ref.ask(read)).to.deep.equal([]);
    });
  }

  it("reaches the command handler as it was given, and is empty when nothing was", async () => {
    const system = await startSystem();
    const definition = notebook({ Who: (_words, order, { effect, metadata }) => effect.reply(order, metadata) });
    const ref = system.entityRef(definition, "1");
    expect(await ref.ask({ type: "Who" }, { commandId: "7", metadata: { by: "me" } })).to.deep.equal({
      by: "me",
      commandId: "7",
    });
    expect(await ref.ask({ type: "Who" })).to.deep.equal({});
  });

  it("of a tell is stored like that of an ask", async () => {
    const system = await startSystem();
    const metas: EventMeta[] = [];
    const ref = system.entityRef(recording(metas), "1");
    ref.tell(note("a"), { metadata: { by: "nobody" } });
    await eventually("the event is applied", () => metas.length === 1);
    expect(metas[0]?.metadata).to.deep.equal({ by: "nobody" });
  });
});

describe("tags", () => {
  it("18: are chosen by the state after the event", async () => {
    const system = await startSystem();
    const definition = notebook({}, { tagger: (_event, words) => [`size-${words.length}`] });
    const ref = system.entityRef(definition, "1");
    for (const word of "ab") await ref.ask(note(word));
    expect((await historyOf(system, ref)).map(({ tags }) => tags)).to.deep.equal([["size-1"], ["size-2"]]);
  });

  for (const [what, tags] of [
    ["no list", "red"],
    ["an empty tag", [""]],
    ["no string", [1]],
    ["half a character", ["\ud800"]],
  ] as const) {
    it(`are refused when there is ${what} among them, and nothing is stored`, async () => {
      const system = await startSystem();
      const ref = system.entityRef(notebook({}, { tagger: () => tags as never }), "1");
      const error = await rejection(ref.ask(note("a")));
      expect(error).to.have.nested.property(
        "cause.message",
        "tagger must return a list of non-empty, well-formed strings",
      );
      expect(await historyOf(system, ref)).to.deep.equal([]);
    });
  }
});
