/** Every scenario of Akka, Pekko and Akka.NET is a test here or is left out with a reason; and every test asserts something. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { type FileMap, readSources, root } from "../support/project.ts";
import { scenarioFaults, scenarioRows, testsLeftAside, testsWithoutAssertion } from "../support/test-rules.ts";

/** `J1`, `J2`, … up to `last`. */
function upTo(last: number, prefix = ""): string[] {
  return Array.from({ length: last }, (_, index) => `${prefix}${index + 1}`);
}

const queries = ["EventsByPersistenceId", "EventsByTag", "PersistenceIds", "AllEvents"];

/** Behaviours, then the contract of a journal, of a snapshot store and of a durable state store, performance, and queries. */
const scenarios: readonly string[] = [
  ...[...upTo(237), "176b", "182b"],
  ...[...upTo(22, "J"), ...upTo(13, "SN"), ...upTo(10, "D"), ...upTo(3, "P")],
  ...[...queries, ...queries.map((query) => `Current${query}`)],
];

const contract = new Map([...readSources("src")].filter(([path]) => path.startsWith("src/tck/")));
const tests: FileMap = new Map([...readSources("test"), ...contract]);
/** Without this file, whose made-up titles bear numbers too. */
const bearers: FileMap = new Map([...tests].filter(([path]) => path !== "test/akka/scenarios.test.ts"));

function expectNone(violations: readonly string[]): void {
  if (violations.length > 0) expect.fail(`\n${violations.join("\n")}`);
}

describe("the scenarios of Akka", () => {
  it("are each a test, or left out in docs/akka.md with a reason", () => {
    const page = readFileSync(new URL("docs/akka.md", root), "utf8");
    expect(scenarioRows(page).length, "lines of docs/akka.md").to.be.above(200);
    expectNone(scenarioFaults(scenarios, bearers, page));
  });

  describe("are found to be wrong when", () => {
    const file = { "test/a.test.ts": `it("1, 2: stores", f);\nit(\`J1: reads\`, f);` };
    const good = `| 1 | storing | same | test/a.test.ts |
| 2 | storing more | stronger | test/a.test.ts: at once |
| 3 | persistAsync | left out | no persistAsync: every persist is pipelined |
| J1 | reading | same | test/a.test.ts |`;

    function faults(page: string, files: Record<string, string> = file): string[] {
      return scenarioFaults(["1", "2", "3", "J1"], new Map(Object.entries(files)), page);
    }

    it("nothing is wrong: nothing is found", () => {
      expect(faults(good)).to.deep.equal([]);
      expect(faults(`# Title\n\n| number | scenario | here | where |\n|---|---|---|---|\n${good}\n`)).to.deep.equal([]);
    });

    for (const [when, from, to, fault] of [
      ["one is neither tested nor left out", /\| 3 .*\n/, "", "3 is neither tested nor left out"],
      ["one has no line", /\| 2 .*\n/, "", "2 has no line in docs/akka.md; it is tested in test/a.test.ts"],
      ["one has two lines", /\| 2 /, "| 1 ", "docs/akka.md:1 1 has a second line, 2"],
      ["one is called the same and has no test", "left out", "same", "called same, but no test bears its number"],
      [
        "one is left out and tested",
        "stronger",
        "left out",
        "docs/akka.md:2 2 is left out, and tested in test/a.test.ts",
      ],
      ["one is left out without a reason", "no persistAsync: every persist is pipelined", "", "without a reason"],
      ["one is something else", "stronger", "weaker", `neither same, stronger nor left out, but "weaker"`],
      ["one names another file", "test/a.test.ts: at once", "test/b.test.ts", "names no file that tests it"],
      ["one is not in the list", /$/, "\n| 4 | more | same | test/a.test.ts |", "4 is no scenario"],
    ] as const) {
      it(when, () => expect(faults(good.replace(from, to)).join("\n")).to.include(fault));
    }

    it("a title has a number that is none, or a number is in a comment only", () => {
      const files = { ...file, "test/b.test.ts": `it("7: x", f); // it("3: y", f)` };
      expect(faults(good, files)).to.deep.equal(["7 is no scenario; it is in test/b.test.ts"]);
    });
  });

  it("are found in titles, in tables of titles and in the contract suites", () => {
    const found = (path: string, source: string) =>
      scenarioFaults([], new Map([[path, source]]), "").map((fault) => fault.split(" ")[0]);
    expect(found("test/a.test.ts", `f("9: no title");\n  it("176b: x", f);\n it(\n"P1, SN3: y", f)`)).to.deep.equal([
      "176b",
      "P1",
      "SN3",
    ]);
    expect(found("test/a.test.ts", `const table = [["58: every N", 2]];\nit(sentence, f)`)).to.deep.equal(["58"]);
    expect(found("src/tck/a.ts", `const cases = [{ name: "J2 replay" }]; it("SN1 load", f);`)).to.deep.equal([
      "J2",
      "SN1",
    ]);
  });
});

describe("the tests", () => {
  function found(rule: (files: FileMap) => string[], source: string): string[] {
    return rule(new Map([["test/a.test.ts", source]])).map((violation) => violation.split(" ")[0] ?? "");
  }

  it("each assert something", () => expectNone(testsWithoutAssertion(tests)));

  it("that assert nothing are noticed", () => {
    const empty = `it("expect(nothing)", () => {\n  run(); // expect(x)\n});\nit("later");\nit(name, async () => run());`;
    expect(found(testsWithoutAssertion, empty)).to.deep.equal([
      "test/a.test.ts:1",
      "test/a.test.ts:4",
      "test/a.test.ts:5",
    ]);
    const full = `it("a", () => expect(1));\nit("b", () => { f(g(")")); assertLoads(1); });\nit("c", () => rejection(p));`;
    expect(found(testsWithoutAssertion, full)).to.deep.equal([]);
    expect(found(testsWithoutAssertion, "const runner = { it(name, test) { run(); } };")).to.deep.equal([]);
  });

  it("all run: none is skipped, and none keeps others from running", () => expectNone(testsLeftAside(tests)));

  it("that are left aside are noticed", () => {
    const aside = `it.only("a", f);\ndescribe.skip("b", f);\nxit("c", f);\nit("d", function () {\n  this.skip();\n});`;
    const lines = ["test/a.test.ts:1", "test/a.test.ts:2", "test/a.test.ts:3", "test/a.test.ts:5"];
    expect(found(testsLeftAside, aside)).to.deep.equal(lines);
    expect(found(testsLeftAside, `it("says it.only", f); exit(0); // it.skip()`)).to.deep.equal([]);
  });
});
