/** Names for people, and what nact is given in their place. */
import { expect } from "chai";
import fc from "fast-check";
import { assertName, decodeName, encodeName, nameLengthMax } from "#src/actor/actor-name.js";

/** The alphabet of nact/lib/paths.js. */
const nactName = /^[a-z0-9-$_.+!*'(),]+$/i;

const name = fc.string({ minLength: 1, maxLength: 30, unit: "binary" });

const telling = [
  "cart",
  "Καλάθι",
  "購物車",
  "سلة",
  "🛒",
  "\u0000",
  "a\u0000b",
  "~",
  "$",
  "%",
  "%7E",
  "$7E",
  "$$",
  "/",
  "a/b",
  "..",
  " ",
  "\n",
  "shop://user/x",
  '"',
  "__proto__",
  "x".repeat(nameLengthMax),
];

describe("the name of an actor", () => {
  for (const sample of telling) {
    it(`comes back from its encoding when it is ${JSON.stringify(sample.slice(0, 20))}`, () => {
      expect(decodeName(encodeName(sample))).to.equal(sample);
      expect(encodeName(sample)).to.match(nactName);
    });
  }

  it("comes back from its encoding, whatever it is, and is one that nact takes", () => {
    fc.assert(
      fc.property(name, (name) => {
        expect(encodeName(name)).to.match(nactName);
        expect(decodeName(encodeName(name))).to.equal(name);
      }),
    );
  });

  it("never has the encoding of another name", () => {
    const encodings = new Map(telling.map((sample) => [encodeName(sample), sample]));
    expect(encodings.size).to.equal(telling.length);
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(encodeName(one) === encodeName(other)).to.equal(one === other);
      }),
    );
  });

  for (const [what, bad, problem] of [
    ["empty", "", "must not be empty"],
    ["too long", "x".repeat(nameLengthMax + 1), "has 4097 characters, more than 4096"],
    ["the first half of a surrogate pair", "a\ud83d", "is not well-formed Unicode"],
    ["the second half of a surrogate pair", "\uded2a", "is not well-formed Unicode"],
    ["null", null, "must be a string, not null"],
    ["undefined", undefined, "must be a string, not undefined"],
    ["a number", 42, "must be a string, not number"],
    ["an object", {}, "must be a string, not object"],
  ] as const) {
    it(`is refused with a TypeError when it is ${what}`, () => {
      expect(() => assertName(bad, "the name of a cart")).to.throw(TypeError, `the name of a cart ${problem}`);
      expect(() => encodeName(bad as string)).to.throw(TypeError, `name ${problem}`);
    });
  }
});
