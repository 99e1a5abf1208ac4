/** Replies with the offset that they depend on. */
import { expect } from "chai";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage } from "rekindle/testkit";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Decide, note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { tally } from "../support/tally.ts";
import { quiet, rejection } from "../support/waiting.ts";

const twice: Decide = (_words, order, { effect }) =>
  effect.persist([noted("x"), noted("y")]).thenReply(order, (words) => words.length);

onEveryStorage((newStorage) => {
  describe("askWithOffset", () => {
    it("gives the offset of the command's last event, also of one that shares its commit", async () => {
      const system = await startSystem({ storage: newStorage() });
      const definition = notebook({ Twice: twice });
      const [one, two] = ["1", "2"].map((id) => system.entityRef(definition, id));
      if (!one || !two) expect.fail("two references were made");
      expect(await one.askWithOffset(note("a"))).to.deep.equal({ reply: 1, offset: 1 });
      const asks = [one.askWithOffset({ type: "Twice" }), one.askWithOffset(note("b")), one.askWithOffset(read)];
      expect((await Promise.all(asks)).map(({ offset }) => offset)).to.deep.equal([3, 4, 4]);
      expect(await two.askWithOffset({ type: "Twice" })).to.deep.equal({ reply: 2, offset: 6 });
      const found = [];
      for await (const { offset } of system.readJournal.eventsByPersistenceId(one.persistenceId)) found.push(offset);
      expect(found).to.deep.equal([1, 2, 3, 4]);
    });

    it("gives, for what stored nothing, an offset at which the reply is true and that is durable", async () => {
      const storage = newStorage();
      const definition = notebook();
      const before = await startSystem({ storage });
      const ref = before.entityRef(definition, "1");
      expect(await ref.askWithOffset(read)).to.deep.equal({ reply: [], offset: 0 });
      await ref.ask(note("a"), { commandId: "a" });
      await before.entityRef(definition, "2").ask(note("b"));
      expect(await ref.askWithOffset(read)).to.deep.equal({ reply: ["a"], offset: 1 });
      expect(await ref.askWithOffset(note("a"), { commandId: "a" })).to.deep.equal({ reply: 1, offset: 1 });
      await before.kill(ref);
      expect(await ref.askWithOffset(read)).to.deep.equal({ reply: ["a"], offset: 1 });
      await before.terminate();
      const after = await startSystem({ storage });
      expect(await after.entityRef(definition, "1").askWithOffset(read)).to.deep.equal({ reply: ["a"], offset: 1 });
    });

    it("gives the end of the history where a snapshot alone tells the state", async () => {
      const system = await startSystem({ storage: newStorage() });
      const definition = notebook({}, { snapshots: { every: 1 } });
      const ref = system.entityRef(definition, "1");
      await ref.ask(note("a"));
      await system.entityRef(definition, "2").ask(note("b"));
      await system.stop(ref);
      expect(await ref.askWithOffset(read)).to.deep.equal({ reply: ["a"], offset: 2 });
    });
  });
});

describe("askWithOffset", () => {
  it("lets a read wait for the write under way, and gives that one's offset", async () => {
    const storage = faultyStorage(memoryStorage());
    const system = await startSystem({ storage });
    const ref = system.entityRef(notebook(), "1");
    await ref.ask(note("a"));
    storage.hold("append");
    const written = ref.ask(note("b"));
    await quiet();
    const seen = ref.askWithOffset(read);
    storage.release("append");
    await written;
    expect(await seen).to.deep.equal({ reply: ["a", "b"], offset: 2 });
  });

  it("gives the reply the type that the command declares", async () => {
    const system = await startSystem();
    const ref = system.entityRef(tally, "1");
    const { reply, offset } = await ref.askWithOffset({ type: "Add", amount: 2 });
    const sum: number = reply;
    expect([sum, offset]).to.deep.equal([2, 1]);
    // @ts-expect-error -- a number is no string
    const text: string = reply;
    expect(text).to.equal(2);
    // @ts-expect-error -- the tally knows no such command
    expect(await rejection(ref.askWithOffset({ type: "Subtract" }))).to.include({ code: "UNHANDLED_COMMAND" });
  });

  it("rejects as ask does", async () => {
    const system = await startSystem();
    const error = new Error("no");
    const refuse: Decide = (_words, order, { effect }) => effect.reject(order, error);
    const ref = system.entityRef(notebook({ Refuse: refuse }), "1");
    expect(await rejection(ref.askWithOffset({ type: "Refuse" }))).to.equal(error);
    expect(await rejection(ref.askWithOffset(note("a"), { timeoutMs: 0 }))).to.be.instanceOf(TypeError);
    expect(await rejection(ref.askWithOffset(read, { signal: AbortSignal.abort(error) }))).to.equal(error);
  });
});
