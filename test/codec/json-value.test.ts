/** The walk over a value: what it finds, and that it ends soon whatever the value is. */
import { expect } from "chai";
import fc from "fast-check";
import { classifyJson, findJsonFault, jsonDepthMax, jsonValuesMax } from "#src/codec/json-value.js";
import { bomb, damagedValues, nested } from "./damaged-values.ts";

describe("classifyJson", () => {
  it("calls plain what JSON.stringify keeps", () => {
    for (const value of [null, true, "", 0, 1.5, [], {}, { a: [{ b: null }] }]) {
      expect(classifyJson(value)).to.equal("plain");
    }
  });

  it("notices a -0 anywhere, and nothing else", () => {
    for (const value of [-0, [-0], { a: { b: [1, -0] } }]) expect(classifyJson(value)).to.equal("negative-zero");
    expect(classifyJson([0, -1, "-0"])).to.equal("plain");
  });

  it("calls damaged what has a -0 and a fault", () => {
    expect(classifyJson([-0, undefined])).to.equal("damaged");
  });

  it("agrees with findJsonFault about every value", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withMap: true, withSparseArray: true, withNullPrototype: true }),
        (value) => {
          expect(classifyJson(value) === "damaged").to.equal(findJsonFault(value) !== undefined);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("allows values up to the limits", () => {
    expect(classifyJson(nested(jsonDepthMax))).to.equal("plain");
    expect(classifyJson(nested(jsonDepthMax + 1))).to.equal("damaged");
    expect(classifyJson(new Array(jsonValuesMax - 1).fill(0))).to.equal("plain");
    expect(classifyJson(new Array(jsonValuesMax).fill(0))).to.equal("damaged");
  });

  it("unfolds shared references up to the limit", () => {
    expect(classifyJson(bomb(10))).to.equal("plain");
    expect(classifyJson(bomb(100))).to.equal("damaged");
  }).timeout(20_000);
});

describe("findJsonFault", () => {
  it("finds none in what is plain", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => findJsonFault(value) === undefined));
  });

  it("names the same place every time", () => {
    for (const { value, path, problem } of damagedValues.filter(({ problem }) => !problem.source.includes("threw"))) {
      expect(findJsonFault(value)?.path).to.equal(path);
      expect(findJsonFault(value)?.problem).to.match(problem);
    }
  });

  it("finds a fault that was planted anywhere", () => {
    const key = fc.string({ minLength: 1, maxLength: 5 }).filter((key) => key !== "__proto__");
    const steps = fc.array(fc.oneof(key, fc.nat({ max: 5 })), { maxLength: 8 });
    const fault = fc.constantFrom(undefined, Number.NaN, 1n, Symbol("a"), () => 0, new Map(), new Date(0));
    fc.assert(
      fc.property(steps, fault, (steps, value) => {
        const root = steps.reduceRight<unknown>(
          (inner, step) =>
            typeof step === "number" ? [...new Array(step).fill(0), inner] : { before: 0, [step]: inner },
          value,
        );
        const path = steps.map((step) =>
          typeof step === "number"
            ? `[${step}]`
            : /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step)
              ? `.${step}`
              : `[${JSON.stringify(step)}]`,
        );
        expect(findJsonFault(root)?.path).to.equal(`$${path.join("")}`);
      }),
    );
  });

  it("ends on a bomb of shared references, and says where the limit was passed", () => {
    const fault = findJsonFault(bomb(100));
    expect(fault?.path).to.match(/^\$(\[[01]\])+/);
    expect(fault?.problem).to.equal("is one of more than 16777216 values, which is the limit");
  }).timeout(20_000);
});
