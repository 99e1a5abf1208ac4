/** Scripts: what a line can say, and how a line that says nothing is reported. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { lineBytesMax, type NumberedStep, readScript } from "#src/demo/read-script.js";
import { ScriptError } from "#src/demo/script-error.js";
import { scratchFolder } from "./scratch-folder.js";

describe("a script of the demo", () => {
  const folder = scratchFolder();

  async function read(
    content: string | Uint8Array,
    fromLine?: number,
  ): Promise<{ steps: NumberedStep[]; error: unknown }> {
    const file = join(folder(), "script.jsonl");
    await writeFile(file, content);
    const steps: NumberedStep[] = [];
    try {
      for await (const step of readScript(file, fromLine)) steps.push(step);
    } catch (error) {
      return { steps, error };
    }
    return { steps, error: undefined };
  }

  it("has a command or a control on every line", async () => {
    const { steps, error } = await read(
      `{"cart":"42","command":{"type":"RemoveItem","sku":"우유"}}\n{"snapshot":"42"}\n{"print":"42"}\n{"history":"42"}\n{"kill":"수진"}\n{"crash":true}\n`,
    );
    expect(error).to.equal(undefined);
    expect(steps).to.deep.equal([
      { line: 1, step: { do: "command", cart: "42", command: { type: "RemoveItem", sku: "우유" } } },
      { line: 2, step: { do: "snapshot", cart: "42" } },
      { line: 3, step: { do: "print", cart: "42" } },
      { line: 4, step: { do: "history", cart: "42" } },
      { line: 5, step: { do: "kill", cart: "수진" } },
      { line: 6, step: { do: "crash" } },
    ]);
  });

  it("may have blank lines, a byte order mark, Windows line ends, and no line end at its end", async () => {
    const { steps } = await read('\ufeff{"print":"1"}\r\n\r\n   \n{"print":"2"}\r\n\n{"print":"3"}');
    expect(steps.map(({ line }) => line)).to.deep.equal([1, 4, 6]);
  });

  it("can be begun later, past lines that are not looked at", async () => {
    const { steps, error } = await read('nonsense\n{"crash":true}\n{"print":"1"}\n{"print":"2"}\n', 3);
    expect(error).to.equal(undefined);
    expect(steps.map(({ line }) => line)).to.deep.equal([3, 4]);
  });

  it("is read in pieces, wherever they end", async () => {
    const id = "바나나".repeat(20);
    const { steps } = await read(`{"print":"${id}"}\n`.repeat(3_000));
    expect(steps).to.have.length(3_000);
    expect(steps.every(({ step }) => step.do === "print" && step.cart === id)).to.equal(true);
  });

  const malformed: [text: string, problem: RegExp][] = [
    ['{"cart":"42"', /^this is not JSON \(.+\)$/],
    ["print 42", /^this is not JSON/],
    ["42", /^a line is an object such as \{"print":"42"\}, not 42$/],
    ["null", /not null$/],
    ['["print","42"]', /not a list$/],
    ["{}", /^a line has a cart and a command, or one of snapshot, print, history, kill, crash$/],
    ['{"print":"1","kill":"1"}', /^a line has a cart and a command, or one of/],
    ['{"prnt":"42"}', /^unknown key "prnt"; the keys are cart, command, snapshot, print, history, kill, crash$/],
    ['{"cart":"42","command":{"type":"X"},"note":1}', /^unknown key "note"/],
    ['{"__proto__":"42"}', /^unknown key "__proto__"/],
    ['{"cart":"42"}', /^the cart has no command$/],
    ['{"command":{"type":"Checkout"}}', /^the command has no cart$/],
    ['{"cart":"42","command":{"type":"X"},"crash":true}', /^"crash" stands on a line of its own/],
    ['{"cart":42,"command":{"type":"X"}}', /^cart must be the id of a cart, a text such as "42", not 42$/],
    ['{"cart":"","command":{"type":"X"}}', /^cart must be the id of a cart, which is not empty$/],
    [`{"kill":"${"x".repeat(201)}"}`, /^kill is longer than 200 characters$/],
    ['{"print":"\\ud800"}', /^print holds half of a surrogate pair$/],
    ['{"snapshot":true}', /^snapshot must be the id of a cart, a text such as "42", not true$/],
    ['{"print":null}', /^print must be .+, not null$/],
    ['{"kill":["42"]}', /^kill must be .+, not a list$/],
    ['{"crash":1}', /^crash must be true, not 1$/],
    ['{"crash":false}', /^crash must be true, not false$/],
    ['{"cart":"42","command":"Checkout"}', /^command must be an object, not a text$/],
    ['{"cart":"42","command":null}', /^command must be an object, not null$/],
    ['{"cart":"42","command":{}}', /^command must have a type, a text that is not empty$/],
    ['{"cart":"42","command":{"type":7}}', /^command must have a type/],
    ['{"cart":"42","command":{"type":""}}', /^command must have a type/],
  ];

  for (const [text, problem] of malformed) {
    it(`names file and line of ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`, async () => {
      const { steps, error } = await read(`{"print":"1"}\n\n${text}\n{"print":"2"}\n`);
      expect(error).to.be.instanceOf(ScriptError);
      const { where, problem: said, message } = error as ScriptError;
      expect(where).to.equal(`${join(folder(), "script.jsonl")}:3`);
      expect(said).to.match(problem);
      expect(message).to.equal(`${where}: ${said}`);
      expect(steps.map(({ line }) => line)).to.deep.equal([1]);
    });
  }

  it("names file and line of what is not UTF-8", async () => {
    const { error } = await read(
      Buffer.concat([Buffer.from('{"print":"1"}\n{"print":"'), Buffer.of(0xb9), Buffer.from('"}\n')]),
    );
    expect(error).to.include({ problem: "this is not UTF-8" });
    expect((error as ScriptError).where).to.match(/:2$/);
  });

  it("names file and line of a line without end, before it fills the memory", async () => {
    const { error } = await read(`{"print":"1"}\n{"print":"${"x".repeat(lineBytesMax + 70_000)}"}\n`);
    expect((error as ScriptError).message).to.match(/script\.jsonl:2: the line is longer than 1048576 bytes$/);
  });

  it("that is not there is reported in a line", async () => {
    const error = await readScript(join(folder(), "none.jsonl"))
      .next()
      .catch((reason: unknown) => reason);
    expect((error as ScriptError).message).to.match(
      /none\.jsonl: the script cannot be read \(there is no such file\)$/,
    );
  });
});
