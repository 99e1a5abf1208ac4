/** Values that JSON would damage are refused before anything is stored, with the place where they are. */
import { expect } from "chai";
import { PersistRejectedError, SerializationError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { onEveryStorage } from "../support/every-storage.ts";
import { type Decide, note, notebook, read } from "../support/notebook.ts";
import { historyOf, startSystem } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";
import { watchedStorage } from "../support/watched-storage.ts";

const cycle: Record<string, unknown> = {};
cycle.self = { back: cycle };

function nested(levels: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < levels; level++) value = [value];
  return value;
}

/** A value, where in an event `{ type, word: value }` it is found, and what is said about it. */
const damaged: readonly (readonly [string, unknown, string, string])[] = [
  ["undefined", undefined, "$.word", "is undefined (leave the key out, or use null)"],
  ["undefined in a list", [1, undefined], "$.word[1]", "is undefined (leave the key out, or use null)"],
  ["a function", { run: () => 1 }, "$.word.run", "is a function"],
  ["a symbol", Symbol("s"), "$.word", "is a symbol"],
  ["a bigint", { price: 10n }, "$.word.price", "is a bigint (use a string)"],
  ["NaN", Number.NaN, "$.word", "is NaN"],
  ["infinity", { deep: [{ er: Number.POSITIVE_INFINITY }] }, "$.word.deep[0].er", "is Infinity"],
  ["a Map", new Map([[1, 2]]), "$.word", "is a Map, which JSON would not give back"],
  ["a Set", { "two words": new Set() }, '$.word["two words"]', "is a Set, which JSON would not give back"],
  ["a Date", [new Date(0)], "$.word[0]", "is a Date, which JSON would not give back"],
  ["a Buffer", Buffer.from("a"), "$.word", "is a Buffer, which JSON would not give back"],
  ["an Error", new Error("no"), "$.word", "is a Error, which JSON would not give back"],
  ["a value with toJSON", { toJSON: () => 1 }, "$.word", "has a toJSON method, whose result would be stored instead"],
  ["a cycle", cycle, "$.word.self.back", "refers back to an object that contains it (a cycle)"],
];

const handlers: Readonly<Record<string, Decide>> = {
  Event: (_words, { value }, { effect }) => effect.persist({ type: "Noted", word: value as string }),
  Second: (_words, { value }, { effect }) =>
    effect.persist([
      { type: "Noted", word: "first" },
      { type: "Noted", word: value as string },
    ]),
  Reply: (_words, order, { effect }) => effect.reply(order, { word: order.value }),
  NoteAndReply: (_words, order, { effect }) =>
    effect.persist({ type: "Noted", word: "kept?" }).thenReply(order, () => ({ word: order.value })),
};

describe("a value that JSON would damage", () => {
  for (const [what, value, path, problem] of damaged) {
    it(`234: such as ${what} is refused in an event, and in a reply, with its place`, async () => {
      const storage = watchedStorage(memoryStorage());
      const system = await startSystem({ storage });
      const ref = system.entityRef(notebook(handlers), "1");
      for (const type of ["Event", "Second", "Reply", "NoteAndReply"]) {
        const error = await rejection(ref.ask({ type, value }));
        expect(error, type).to.be.instanceOf(SerializationError).and.to.be.instanceOf(PersistRejectedError);
        expect(error, type).to.include({ path, problem, outcome: "not-stored", persistenceId: "notebook|1" });
        expect((error as Error).message).to.include(`${path} ${problem}. Nothing was stored.`);
      }
      expect(storage.appends).to.deep.equal([]);
      expect(await ref.ask(note("next"))).to.equal(1);
    });
  }

  for (const event of [undefined, null]) {
    it(`is an event that is ${event}`, async () => {
      const system = await startSystem();
      const definition = notebook({ Event: (_words, _order, { effect }) => effect.persist(event as never) });
      const ref = system.entityRef(definition, "1");
      const error = await rejection(ref.ask({ type: "Event" }));
      expect(error)
        .to.be.instanceOf(SerializationError)
        .and.to.include({ path: "$", problem: `is ${event}` });
      expect(await ref.ask(read)).to.deep.equal([]);
    });
  }

  it("such as 100,000 nested arrays is refused without exhausting the call stack", async () => {
    const system = await startSystem();
    const ref = system.entityRef(notebook(handlers), "1");
    for (const type of ["Event", "Reply"]) {
      const error = await rejection(ref.ask({ type, value: nested(100_000) }));
      expect(error)
        .to.be.instanceOf(SerializationError)
        .and.to.have.property("problem", "is nested deeper than 1000 levels");
    }
    expect(await ref.ask(note("next"))).to.equal(1);
  });

  it("such as an object whose getter throws is refused with the cause", async () => {
    const system = await startSystem();
    const ref = system.entityRef(notebook(handlers), "1");
    const mistake = new Error("do not look");
    const value = {
      get secret(): never {
        throw mistake;
      },
    };
    const error = await rejection(ref.ask({ type: "Event", value }));
    expect(error).to.be.instanceOf(SerializationError).and.to.have.property("cause", mistake);
    expect(await ref.ask(read)).to.deep.equal([]);
  });
});

onEveryStorage((newStorage) => {
  describe("an unusual value that JSON keeps", () => {
    const kept: readonly (readonly [string, unknown])[] = [
      ["a key __proto__", JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')],
      ["minus zero", [-0, 0]],
      ["half a character", "\ud800 and \udfff"],
      ["NUL and line separators", "\0\u2028\u2029\r\n"],
      ["an object without prototype", Object.assign(Object.create(null), { a: 1 })],
      ["999 nested arrays", nested(990)],
      ["the largest and the smallest numbers", [Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER]],
    ];
    for (const [what, value] of kept) {
      it(`such as ${what} comes back from the store as it was`, async () => {
        const system = await startSystem({ storage: newStorage() });
        const ref = system.entityRef(notebook(handlers), "1");
        await ref.ask({ type: "Event", value }, { metadata: { value } });
        await system.kill(ref);
        const [recovered] = await ref.ask<unknown[]>(read);
        expect(JSON.stringify(recovered)).to.equal(JSON.stringify(value));
        if (typeof value !== "object" || Object.getPrototypeOf(value) !== null) expect(recovered).to.deep.equal(value);
        const [stored] = await historyOf(system, ref);
        expect(JSON.stringify(stored?.metadata)).to.equal(JSON.stringify({ value }));
        expect("polluted" in {}).to.equal(false);
      });
    }

    it("such as 10 MB of text is stored and recovered", async () => {
      const system = await startSystem({ storage: newStorage() });
      const ref = system.entityRef(
        notebook({
          Size: (words, order, { effect }) =>
            effect.reply(
              order,
              words.map((w) => w.length),
            ),
        }),
        "1",
      );
      const word = "0123456789".repeat(1_000_000);
      expect(await ref.ask(note(word))).to.equal(1);
      expect(await ref.ask(note("small"))).to.equal(2);
      await system.kill(ref);
      expect(await ref.ask({ type: "Size" })).to.deep.equal([10_000_000, 5]);
    });
  });
});
