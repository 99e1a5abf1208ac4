/** Commands with an id: whatever is stored for them is stored once, and every repetition gets the first one's reply. */
import { expect } from "chai";
import { PersistFailedError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage, ManualClock } from "rekindle/testkit";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Decide, type Notebook, type NotebookOptions, note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem, wordsStored } from "../support/start-system.ts";
import { quiet, rejection } from "../support/waiting.ts";

const once = { commandId: "c-1" };

onEveryStorage((newStorage) => {
  describe("a command that is repeated", () => {
    it("gets the first one's reply, stores nothing and runs no side effect", async () => {
      const system = await startSystem({ storage: newStorage() });
      const ran: string[] = [];
      const ref = system.entityRef(running(ran), "1");
      expect(await ref.ask(note("a"), once)).to.equal(1);
      expect(await ref.ask(note("b"), { commandId: "c-2" })).to.equal(2);
      expect(await ref.ask(note("a"), once)).to.equal(1);
      expect(await wordsStored(system, ref)).to.deep.equal(["1 a", "2 b"]);
      expect(ran).to.deep.equal(["a", "b"]);
    });

    it("gets it after a kill, a stop, and in another process", async () => {
      const storage = newStorage();
      const before = await startSystem({ storage });
      const ref = before.entityRef(notebook(), "1");
      for (const end of ["kill", "stop"] as const) {
        expect(await ref.ask(note("a"), once)).to.equal(1);
        await before[end](ref);
      }
      await before.terminate();
      const after = await startSystem({ storage });
      expect(await after.entityRef(notebook(), "1").ask(note("a"), once)).to.equal(1);
      expect(await wordsStored(after, ref)).to.deep.equal(["1 a"]);
    });

    it("gets it from a snapshot when its events are deleted", async () => {
      const storage = newStorage();
      const definition = notebook({}, { snapshots: { every: 2, keep: 1, deleteEvents: true } });
      const before = await startSystem({ storage });
      for (const word of "abcdef") await before.entityRef(definition, "1").ask(note(word), { commandId: word });
      await before.terminate();
      const after = await startSystem({ storage });
      const ref = after.entityRef(definition, "1");
      expect((await wordsStored(after, ref)).length).to.be.below(4);
      expect(await ref.ask(note("a"), { commandId: "a" })).to.equal(1);
      // Once more through a snapshot, which is now made from what another one held.
      for (const word of "gh") await ref.ask(note(word));
      await after.kill(ref);
      expect(await ref.ask(note("a"), { commandId: "a" })).to.equal(1);
      expect(await ref.ask(read)).to.deep.equal([..."abcdefgh"]);
    });

    it("gets a reply of any kind as it was: undefined, null, -0, and one that the first asker changed", async () => {
      const system = await startSystem({ storage: newStorage() });
      const replies: unknown[] = [undefined, null, -0, { list: ["a", -0] }];
      const ref = system.entityRef(answering(replies), "1");
      for (const [index, reply] of replies.entries()) {
        const options = { commandId: `c-${index}` };
        const first = await ref.ask<{ list?: unknown[] } | undefined>({ type: "Answer", index }, options);
        expect(first).to.deep.equal(reply);
        first?.list?.push("changed by the asker");
      }
      replies[3] = { list: ["a", -0] };
      for (let life = 0; life < 2; life++) {
        for (const [index, reply] of replies.entries()) {
          const options = { commandId: `c-${index}` };
          const again = await ref.ask<{ list?: unknown[] } | undefined>({ type: "Answer", index }, options);
          expect(again).to.deep.equal(reply);
          again?.list?.push("changed by another");
        }
        await system.kill(ref);
      }
      expect(await wordsStored(system, ref)).to.have.lengthOf(replies.length);
    });
  });
});

describe("a command that is repeated", () => {
  it("waits for the commit of the first, and shares its fate", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const ref = system.entityRef(notebook(), "1");
    storage.hold("append");
    let answers = 0;
    const asks = [1, 2].map(() => ref.ask(note("a"), once).finally(() => answers++));
    await quiet();
    const later = ref.ask(note("a"), once).finally(() => answers++);
    await quiet();
    expect(answers).to.equal(0);
    storage.release("append");
    expect(await Promise.all([...asks, later])).to.deep.equal([1, 1, 1]);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a"]);
  });

  it("is carried out when the first was not stored", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const ref = system.entityRef(notebook(), "1");
    storage.failNext("append");
    const [first, second] = [1, 2].map(() => rejection(ref.ask(note("a"), once)));
    expect(await first).to.be.instanceOf(PersistFailedError);
    expect(await second).to.be.instanceOf(PersistFailedError);
    expect(await ref.ask(note("a"), once)).to.equal(1);
    expect(await ref.ask(note("a"), once)).to.equal(1);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a"]);
  });

  it("gets the reply of the first when a side effect of that one has thrown", async () => {
    const system = await startSystem();
    const fails: Decide = (_words, order, { effect }) =>
      effect
        .persist(noted("a"))
        .thenRun(() => {
          throw new Error("a mistake of the user");
        })
        .thenReply(order, (words) => words.length);
    const ref = system.entityRef(notebook({ Fail: fails }), "1");
    expect(await rejection(ref.ask({ type: "Fail" }, once))).to.include({ code: "ACTOR_FAILED" });
    expect(await ref.ask({ type: "Fail" }, once)).to.equal(1);
  });

  it("is decided again when nothing was stored: a read, a refusal, a list without events", async () => {
    const system = await startSystem();
    let decided = 0;
    const refuse: Decide = (_words, order, { effect }) => effect.reject(order, new Error(`refused ${++decided} times`));
    const nothing: Decide = (_words, order, { effect }) => effect.persist([]).thenReply(order, () => ++decided);
    const ref = system.entityRef(notebook({ Refuse: refuse, Nothing: nothing }), "1");
    expect(await ref.ask(read, { commandId: "r" })).to.deep.equal([]);
    await ref.ask(note("a"));
    expect(await ref.ask(read, { commandId: "r" })).to.deep.equal(["a"]);
    for (const times of [1, 2]) {
      expect(await rejection(ref.ask({ type: "Refuse" }, once))).to.include({ message: `refused ${times} times` });
    }
    for (const times of [3, 4]) expect(await ref.ask({ type: "Nothing" }, once)).to.equal(times);
    expect(await ref.ask(note("b"), once)).to.equal(2);
  });

  it("waits in the stash like the first, and is recognised when that one is done", async () => {
    const system = await startSystem();
    const stash: Decide = (words, order, { effect }) =>
      words.length === 0 ? effect.stash() : effect.persist(noted("b")).thenReply(order, (now) => now.length);
    const open: Decide = (_words, _order, { effect }) => effect.persist(noted("open")).thenUnstashAll();
    const ref = system.entityRef(notebook({ Stash: stash, Open: open }), "1");
    const asks = [1, 2].map(() => ref.ask({ type: "Stash" }, once));
    await ref.ask({ type: "Open" });
    expect(await Promise.all(asks)).to.deep.equal([2, 2]);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 open", "2 b"]);
  });

  it("is recognised while the handler of the first is awaited, and when it was told", async () => {
    const system = await startSystem();
    const later: Decide = async (_words, order, { effect }) => {
      await quiet();
      return effect.persist(noted("a")).thenReply(order, (words) => words.length);
    };
    const ref = system.entityRef(notebook({ Later: later }), "1");
    ref.tell({ type: "Later" }, once);
    expect(await ref.ask({ type: "Later" }, once)).to.equal(1);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a"]);
  });

  it("is known to its own entity alone, and not by metadata that was passed on", async () => {
    const system = await startSystem();
    const definition = notebook();
    const [one, two] = ["1", "2"].map((id) => system.entityRef(definition, id));
    expect(await one?.ask(note("a"), once)).to.equal(1);
    expect(await two?.ask(note("a"), once)).to.equal(1);
    expect(await one?.ask(note("b"), { metadata: once })).to.equal(2);
  });
});

describe("the memory for commands", () => {
  it("holds so many, in a life and across lives", async () => {
    const system = await startSystem();
    const ref = system.entityRef(notebook({}, { commandIds: { max: 2 } }), "1");
    for (const word of "abc") await ref.ask(note(word), { commandId: word });
    for (let life = 0; life < 2; life++) {
      expect(await ref.ask(note("b"), { commandId: "b" })).to.equal(2);
      expect(await ref.ask(note("c"), { commandId: "c" })).to.equal(3);
      await system.kill(ref);
    }
    expect(await ref.ask(note("a"), { commandId: "a" })).to.equal(4);
  });

  it("lasts so long, in a life, across lives and in snapshots", async () => {
    const clock = new ManualClock();
    const system = await startSystem({ clock });
    const options: NotebookOptions = { commandIds: { maxAgeMs: 1_000 }, snapshots: { every: 2 } };
    const ref = system.entityRef(notebook({}, options), "1");
    for (const word of "ab") await ref.ask(note(word), { commandId: word });
    for (let life = 0; life < 2; life++) {
      clock.advance(500);
      expect(await ref.ask(note("a"), { commandId: "a" })).to.equal(1);
      await system.kill(ref);
    }
    clock.advance(1);
    expect(await ref.ask(note("a"), { commandId: "a" })).to.equal(3);
    expect(await ref.ask(note("a"), { commandId: "a" })).to.equal(3);
  });

  for (const commandIds of [{ max: 0 }, { max: 1.5 }, { maxAgeMs: 0 }, { maxAgeMs: Number.NaN }, 7 as never]) {
    it(`cannot be ${JSON.stringify(commandIds)}`, () => {
      expect(() => notebook({}, { commandIds })).to.throw(TypeError, /commandIds/);
    });
  }
});

describe("a commandId", () => {
  for (const commandId of ["", "\ud800", "x".repeat(1_025), 7 as never, null as never, {} as never]) {
    it(`cannot be ${JSON.stringify(commandId)?.slice(0, 20)}`, async () => {
      const system = await startSystem();
      const ref = system.entityRef(notebook(), "1");
      expect(await rejection(ref.ask(note("a"), { commandId }))).to.be.instanceOf(TypeError);
      expect(() => ref.tell(note("a"), { commandId })).to.throw(TypeError, /commandId/);
      expect(await ref.ask(read)).to.deep.equal([]);
    });
  }

  it("can be any other text, and is part of the metadata", async () => {
    const system = await startSystem();
    const ref = system.entityRef(notebook(), "1");
    for (const commandId of ["__proto__", '"', "\u0000", "x".repeat(1_024)]) {
      const first = await ref.ask(note(commandId), { commandId, metadata: { by: "me" } });
      await system.kill(ref);
      expect(await ref.ask(note(commandId), { commandId })).to.equal(first);
    }
    for await (const { metadata, event } of system.readJournal.eventsByPersistenceId(ref.persistenceId)) {
      expect(metadata).to.deep.equal({ by: "me", commandId: (event as { word: string }).word });
    }
  });
});

function running(ran: string[]): Notebook {
  const run: Decide = (_words, order, { effect }) =>
    effect
      .persist(noted(String(order.word)))
      .thenRun(() => ran.push(String(order.word)))
      .thenReply(order, (words) => words.length);
  return notebook({ Note: run });
}

function answering(replies: readonly unknown[]): Notebook {
  const answer: Decide = (_words, order, { effect }) =>
    effect.persist(noted("a")).thenReply(order, () => replies[Number(order.index)]);
  return notebook({ Answer: answer });
}
