/** Entity ids of any kind: none is mistaken for another, and none that is unusable gets in. */
import { expect } from "chai";
import { memoryStorage } from "rekindle/memory";
import { onEveryStorage } from "../support/every-storage.ts";
import { note, notebook, noted, read } from "../support/notebook.ts";
import { historyOf, startSystem } from "../support/start-system.ts";

const ids = [
  ...[
    "1",
    "10",
    "1|",
    "1|1",
    "|",
    "||",
    "1\0",
    "1\0\0",
    "\0",
    "\x001",
    "1%00",
    "%",
    "%25",
    "1%",
    "$$$",
    "$",
    "~",
    "..",
    ".",
  ],
  ...[
    "a/b",
    "a\\b",
    "a:b",
    "a b",
    " ",
    "\n",
    "a\nb",
    "a\r\nb",
    "\u2028",
    "\u200b",
    "\ufeff",
    "é",
    "e\u0301",
    "장바구니",
    "👩‍👩‍👧",
    "\u{10ffff}",
  ],
  ...["__proto__", "constructor", "toString", "notebook", "notebook|1", "x".repeat(4_000), `${"x".repeat(4_000)}y`],
  ...["ﬀ", "ff", "I", "ı", "i", "İ", "0000000000000001", "1\x01", "\x01", "1\uffff"],
];

onEveryStorage((newStorage) => {
  describe("entity ids in any script and with any sign", () => {
    it("152, 235: keep their events and snapshots apart, also in another system on the same store", async () => {
      const storage = newStorage();
      const definition = notebook({
        Save: (_words, order, { effect }) => effect.persist(noted(String(order.word))).thenSnapshot(),
      });
      const first = await startSystem({ storage });
      const save = async (id: string): Promise<void> => {
        await first.entityRef(definition, id).ask({ type: "Save", word: `snapshot of ${id}` });
        await first.entityRef(definition, id).ask(note(`event of ${id}`));
      };
      await Promise.all(ids.map(save));
      await first.terminate();
      const second = await startSystem({ storage });
      for (const id of ids) {
        const ref = second.entityRef(definition, id);
        expect(await ref.ask(read)).to.deep.equal([`snapshot of ${id}`, `event of ${id}`]);
        const history = await historyOf(second, ref);
        expect(history.map(({ entityId, sequenceNr }) => [entityId, sequenceNr])).to.deep.equal([
          [id, 1],
          [id, 2],
        ]);
      }
      const known: string[] = [];
      for await (const persistenceId of second.readJournal.persistenceIds()) known.push(persistenceId);
      expect(known.sort()).to.deep.equal(ids.map((id) => `notebook|${id}`).sort());
    });

    it("do not lend one another their deletions", async () => {
      const storage = newStorage();
      const system = await startSystem({ storage });
      const definition = notebook({}, { snapshots: { every: 1, keep: 1, deleteEvents: true } });
      const neighbours = ["1", "10", "1\0", "1|1"];
      for (const id of neighbours) await system.entityRef(definition, id).ask(note("a"));
      const ref = system.entityRef(definition, "1");
      for (const word of "bcd") await ref.ask(note(word));
      await system.stop(ref);
      for (const id of neighbours.slice(1)) {
        const neighbour = system.entityRef(definition, id);
        await system.kill(neighbour);
        expect(await neighbour.ask(read)).to.deep.equal(["a"]);
        expect((await historyOf(system, neighbour)).length).to.equal(1);
      }
    });
  });
});

describe("an id that is none", () => {
  const wrong: readonly (readonly [unknown, string])[] = [
    [undefined, "must be a string, not undefined"],
    [null, "must be a string, not null"],
    [42, "must be a string, not number"],
    [{}, "must be a string, not object"],
    ["", "must not be empty"],
    ["\ud800", "is not well-formed Unicode"],
    ["x".repeat(4_097), "has 4097 characters, more than 4096"],
  ];
  for (const [id, message] of wrong) {
    it(`23, 24: ${String(JSON.stringify(id)).slice(0, 20)} is refused as entity id, as name and as persistence id`, async () => {
      const system = await startSystem({ storage: memoryStorage() });
      const definition = notebook();
      expect(() => system.entityRef(definition, id as string)).to.throw(TypeError, `entityId of notebook ${message}`);
      expect(() => system.spawn(definition, id as string)).to.throw(TypeError, message);
      const own = notebook({}, { entityType: "own", persistenceId: () => id as string });
      expect(() => system.entityRef(own, "1")).to.throw(TypeError, `persistenceId of own "1" ${message}`);
    });
  }

  it("because the definition throws while it makes it is told to whoever asked for the reference", async () => {
    const system = await startSystem();
    const mistake = new Error("no id today");
    const own = notebook(
      {},
      {
        persistenceId: () => {
          throw mistake;
        },
      },
    );
    expect(() => system.entityRef(own, "1")).to.throw(mistake);
  });
});
