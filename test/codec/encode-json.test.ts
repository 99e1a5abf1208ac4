/** Whatever is accepted comes back equal, and whatever would not is refused by name and path. */
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import fc from "fast-check";
import { assertJson, encodeJson, jsonTextLengthMax } from "#src/codec/encode-json.js";
import { SerializationError } from "#src/errors.js";
import { damagedValues, nested } from "./damaged-values.ts";
import { sameData } from "./same-data.ts";

function roundTrip(value: unknown): unknown {
  return JSON.parse(encodeJson(value, "value"));
}

function refusal(attempt: () => unknown): SerializationError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof SerializationError) return error;
    throw error;
  }
  return expect.fail("nothing was thrown");
}

describe("encodeJson", () => {
  describe("gives back", () => {
    const values: Readonly<Record<string, unknown>> = {
      "every kind of leaf": [null, true, false, 0, 1.5, "", "a"],
      "the bounds of numbers": [5e-324, Number.MAX_VALUE, Number.MIN_SAFE_INTEGER, 2 ** 53, 0.1 + 0.2, 1e21, 1e-7],
      "-0 alone": -0,
      "-0 and 0 beside each other": { a: [-0, 0, { b: -0 }], "c d": 0 },
      "-0 beside every other kind": [-0, null, true, 'a"b', { "": [] }, [{}]],
      "control characters and separators": "\u0000\u001f\u007f\u2028\u2029\ufeff\\\"'/",
      "Hangul, an emoji and what is not normalized": "장바구니에 물건을 담음 🍌 cafe\u0301",
      "lone surrogates, in keys too": { "\ud83c": "\udf4c\ud83c", n: -0 },
      "keys that objects inherit": { constructor: 1, toString: "a", hasOwnProperty: null, valueOf: [], toJSON: "text" },
      "empty and numeric keys": { "": 1, 10: 2, 9: 3, "-1": 4, "01": 5 },
      "the same object twice": ((shared) => [shared, shared])({ a: [1] }),
      "1,000 nested arrays": nested(1_000),
      "an empty array and an empty object": [[], {}],
      "objects of another realm": runInNewContext('({ a: [1, { b: "c" }], n: -0 })'),
    };
    for (const [name, value] of Object.entries(values)) {
      it(name, () => expect(sameData(roundTrip(value), value)).to.equal(true));
    }

    it("the key __proto__ as a key, with and without a -0", () => {
      for (const text of ['{"__proto__":{"a":1}}', '{"__proto__":{"a":-0}}', '[{"__proto__":null}]']) {
        expect(encodeJson(JSON.parse(text), "value")).to.equal(text);
      }
    });

    it("a bare object as an object", () => {
      expect(roundTrip(Object.assign(Object.create(null), { a: 1 }))).to.deep.equal({ a: 1 });
    });

    it("what a getter and a proxy show", () => {
      const computed = Object.defineProperty({}, "a", { get: () => [1], enumerable: true });
      expect(roundTrip({ computed, proxy: new Proxy({ b: [2] }, {}) })).to.deep.equal({
        computed: { a: [1] },
        proxy: { b: [2] },
      });
    });

    it("frozen values", () => {
      expect(roundTrip(Object.freeze({ a: Object.freeze([1]) }))).to.deep.equal({ a: [1] });
    });
  });

  it("is blind to what is no data: symbol keys, hidden members and members of an array that are no elements", () => {
    const hidden = Object.defineProperty({ a: 1, [Symbol("b")]: 2 }, "c", { value: 3, enumerable: false });
    expect(roundTrip([hidden, Object.assign([1], { index: 0 })])).to.deep.equal([{ a: 1 }, [1]]);
  });

  it("ignores what somebody put on Object.prototype", () => {
    Reflect.set(Object.prototype, "polluted", undefined);
    try {
      expect(encodeJson({ a: [{}] }, "value")).to.equal('{"a":[{}]}');
      expect(encodeJson({ a: -0 }, "value")).to.equal('{"a":-0}');
      expect(refusal(() => encodeJson({ a: { b: 1n } }, "value")).path).to.equal("$.a.b");
    } finally {
      Reflect.deleteProperty(Object.prototype, "polluted");
    }
  });

  it("brings every JSON value back equal, -0 included", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 6 }), (value) => {
        expect(sameData(roundTrip(value), value)).to.equal(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("brings back equal whatever it accepts, and refuses the rest with a path to it", () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withUnicodeString: true,
    });
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(anything, fc.tuple(anything, fc.jsonValue())), (value) => {
        try {
          expect(sameData(roundTrip(value), value)).to.equal(true);
          accepted++;
        } catch (error) {
          if (!(error instanceof SerializationError)) throw error;
          expect(error.path).to.match(/^\$/);
          expect(() => assertJson(value, "value")).to.throw(SerializationError);
          refused++;
        }
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(accepted, refused)).to.be.above(100);
  });

  describe("refuses", () => {
    for (const { name, value, path, problem } of damagedValues) {
      it(name, () => {
        const error = refusal(() => encodeJson(value, "event ItemAdded", "cart|42"));
        expect(error.path).to.equal(path);
        expect(error.problem).to.match(problem);
        expect(error.persistenceId).to.equal("cart|42");
        expect(error.what).to.equal("event ItemAdded");
        expect(error.code).to.equal("SERIALIZATION");
        expect(error.outcome).to.equal("not-stored");
      });
    }

    it("a text that is too long", () => {
      const half = "a".repeat(jsonTextLengthMax / 2);
      const error = refusal(() => encodeJson([half, half], "value"));
      expect(error.path).to.equal("$");
      expect(error.problem).to.equal("takes 67108871 characters, more than 67108864");
    });
  });

  it("says what, of whom, where and why", () => {
    const error = refusal(() => encodeJson({ items: [{ price: Number.NaN }] }, "event ItemAdded", "cart|42"));
    expect(error.message).to.equal(
      'The event ItemAdded of "cart|42" cannot be stored as JSON: $.items[0].price is NaN. Nothing was stored.',
    );
  });

  it("leaves out whom it does not know", () => {
    const error = refusal(() => encodeJson(1n, "command"));
    expect(error.message).to.equal(
      "The command cannot be stored as JSON: $ is a bigint (use a string). Nothing was stored.",
    );
  });

  it("keeps what a getter threw as the cause", () => {
    const cause = new Error("not now");
    const value = Object.defineProperty({}, "a", {
      enumerable: true,
      get() {
        throw cause;
      },
    });
    expect(refusal(() => encodeJson(value, "value")).cause).to.equal(cause);
    expect(refusal(() => assertJson(value, "value")).cause).to.equal(cause);
  });
});

describe("assertJson", () => {
  for (const { name, value, path, problem } of damagedValues) {
    it(`refuses ${name}, as encodeJson does`, () => {
      const error = refusal(() => assertJson(value, "reply", "cart|42"));
      expect(error.path).to.equal(path);
      expect(error.problem).to.match(problem);
    });
  }

  it("accepts what encodeJson accepts", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => assertJson(value, "reply")));
  });
});
