/** The house rules, held by reading the source text; every rule is first shown a file that breaks it. */
import { expect } from "chai";
import { type FileMap, readSources } from "./support/project.ts";
import { doorsWithLogic, misplacedImports, misplacedPackages, misplacedProcess } from "./support/room-rules.ts";
import { filesWithoutOpening, forbiddenConstructs, importCycles, longFiles } from "./support/text-rules.ts";

type Rule = (files: FileMap) => string[];
type MadeUp = Record<string, string>;

const src = readSources("src");
const all: FileMap = new Map([...src, ...readSources("test")]);

function holds(sentence: string, rule: Rule, files: FileMap): void {
  it(sentence, () => {
    const violations = rule(files);
    if (violations.length > 0) expect.fail(`\n${violations.join("\n")}`);
  });
}

function notices(sentence: string, rule: Rule, madeUp: MadeUp, ...violations: string[]): void {
  it(`notices ${sentence}`, () => {
    const found = rule(new Map(Object.entries(madeUp)));
    expect(found.map((violation) => violation.split(" ")[0])).to.deep.equal(violations);
  });
}

function accepts(sentence: string, rule: Rule, madeUp: MadeUp): void {
  it(`accepts ${sentence}`, () => expect(rule(new Map(Object.entries(madeUp)))).to.deep.equal([]));
}

describe("architecture", () => {
  describe("rooms", () => {
    holds("import only rooms that stand to their right", misplacedImports, src);

    const rooms = {
      "src/index.ts": `export { ask } from "./actor/ask.ts";`,
      "src/actor/ask.ts": `import type { Clock } from "../clock.ts";\nimport { Deadline } from "./deadline.ts";`,
      "src/actor/deadline.ts": "",
      "src/clock.ts": "",
    };
    accepts("an import to the right or within the room", misplacedImports, rooms);
    notices(
      "an import to the left, also of a type",
      misplacedImports,
      {
        "src/actor/ask.ts": `\nimport type { Effect } from "../persistence/effect.ts";`,
        "src/persistence/effect.ts": "",
      },
      "src/actor/ask.ts:2",
    );
    notices(
      "an import sideways, spread over lines",
      misplacedImports,
      { "src/actor/ask.ts": `import {\n  checksum,\n} from "../codec/checksum.ts";`, "src/codec/checksum.ts": "" },
      "src/actor/ask.ts:3",
    );
    notices(
      "a room behind a type's import()",
      misplacedImports,
      { "src/codec/a.ts": `type Ask = import("../actor/ask.ts").Ask;`, "src/actor/ask.ts": "" },
      "src/codec/a.ts:1",
    );
    notices(
      "a room that imports a door",
      misplacedImports,
      { "src/demo/main.ts": `import { x } from "../index.ts";`, "src/index.ts": "" },
      "src/demo/main.ts:1",
    );
    notices(
      "a door that imports a door",
      misplacedImports,
      { "src/index.ts": `export { x } from "./level.ts";`, "src/level.ts": "" },
      "src/index.ts:1",
    );
    notices(
      "a backend that imports another, or more than storage, codec, clock and errors",
      misplacedImports,
      {
        "src/level/a.ts": `import { b } from "../memory/b.ts";\nimport { c } from "../actor/c.ts";`,
        "src/memory/b.ts": `import { d } from "../storage/d.ts";`,
        "src/actor/c.ts": "",
        "src/storage/d.ts": "",
      },
      "src/level/a.ts:1",
      "src/level/a.ts:2",
    );
    notices(
      "a backend that is let in by a room and not by a door",
      misplacedImports,
      { "src/system/a.ts": `import { b } from "../memory/b.ts";`, "src/memory/b.ts": "" },
      "src/system/a.ts:1",
    );
    notices(
      "a room that has no row in the table",
      misplacedImports,
      { "src/utils/a.ts": `import { now } from "../clock.ts";`, "src/clock.ts": "" },
      "src/utils/a.ts:1",
    );
    notices(
      "an import that leaves src/ or takes the way of the tests",
      misplacedImports,
      { "src/codec/a.ts": `import "../../test/b.ts";\nimport "#src/clock.js";` },
      "src/codec/a.ts:1",
      "src/codec/a.ts:2",
    );
  });

  describe("doors", () => {
    holds("re-export by name and do nothing else", doorsWithLogic, src);

    accepts("named exports of values and types", doorsWithLogic, {
      "src/index.ts": `/** A door. */\nexport { a } from "./b/a.ts";\nexport type {\n  C,\n  D,\n} from "./b/c.ts";\n`,
    });
    notices(
      "export * and logic",
      doorsWithLogic,
      {
        "src/level.ts": `export { a } from "./b/a.ts";\nexport * from "./b/c.ts";`,
        "src/memory.ts": `export const answer = 42;`,
      },
      "src/level.ts:2",
      "src/memory.ts:1",
    );
  });

  describe("packages", () => {
    holds("are imported by their own rooms only", misplacedPackages, src);
    holds("leave the process and the console to cli and demo", misplacedProcess, src);

    accepts("packages at home", misplacedPackages, {
      "src/level/a.ts": `import { Level } from "level";\nimport { join } from "node:path";`,
      "src/query/a.ts": `import { map } from "rxjs/operators";`,
      "src/actor/a.ts": `import { start } from "nact";`,
      "src/demo/main.ts": `import { levelStorage } from "rekindle/level";`,
    });
    notices(
      "packages away from home",
      misplacedPackages,
      {
        "src/codec/a.ts": `import { Level } from "level";\nimport type { Observable } from "rxjs";`,
        "src/system/a.ts": `const engine = await import("nact/lib/system.js");\nimport { host } from "rekindle";`,
        "src/tck/a.ts": `import { expect } from "chai";`,
      },
      "src/codec/a.ts:1",
      "src/codec/a.ts:2",
      "src/system/a.ts:1",
      "src/system/a.ts:2",
      "src/tck/a.ts:1",
    );
    notices(
      "the process and the console",
      misplacedProcess,
      {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder belongs to the made-up source.
        "src/actor/a.ts": "a();\nconsole.log(`${process.pid}`);",
        "src/codec/a.ts": `import { pid } from "node:process";`,
      },
      "src/actor/a.ts:2",
      "src/actor/a.ts:2",
      "src/codec/a.ts:1",
    );
    accepts("a process where it is due, in a comment, in a string, in another object", misplacedProcess, {
      "src/cli/a.ts": `import process from "node:process";\nconsole.log(process.argv);`,
      "src/level/files/owner-file.ts": `import { pid } from "node:process";`,
      "src/actor/a.ts": `// process.exit\nthis.process.start("console.log");\nprocess(message);`,
    });
  });

  describe("files", () => {
    holds("of src/ and test/ have at most 300 lines", longFiles, all);
    holds("of src/ open with a sentence that says what they are", filesWithoutOpening, src);
    holds("of src/ import each other without cycles, types included", importCycles, src);
    holds(
      "of src/ do without any, casts by force, enums, namespaces, decorators and loose ends",
      forbiddenConstructs,
      src,
    );

    notices(
      "a file of 301 lines",
      longFiles,
      { "src/a/b.ts": "x\n".repeat(301), "src/a/c.ts": "x\n".repeat(300) },
      "src/a/b.ts:301",
    );
    notices(
      "a file that opens with code or with an empty comment",
      filesWithoutOpening,
      { "src/a/b.ts": "const a = 1; // A constant.", "src/a/c.ts": "// \n" },
      "src/a/b.ts:1",
      "src/a/c.ts:1",
    );
    accepts("the ways to open a file", filesWithoutOpening, {
      "src/a/b.ts": "// The mailbox.",
      "src/a/c.ts": "/** The mailbox. */",
      "src/a/d.ts": "/**\n * The mailbox\n * of a cell.\n */",
      "src/cli/e.ts": "#!/usr/bin/env node\n// The command line.",
    });
    notices(
      "a cycle of three files, made of types",
      importCycles,
      {
        "src/a/a.ts": `import type { B } from "./b.ts";`,
        "src/a/b.ts": `\nexport type { C } from "./c.ts";`,
        "src/a/c.ts": `\n\nimport { type A } from "./a.ts";`,
        "src/a/d.ts": `import { a } from "./a.ts";`,
      },
      "src/a/c.ts:3",
    );
    notices(
      "every forbidden construct",
      forbiddenConstructs,
      {
        "src/a/a.ts": "let a: any;\nconst b = c as unknown as D;\nconst e = f.get(g)!.h;\nclass I { j!: string }",
        "src/a/b.ts": "enum A { B }\nexport declare namespace C {}\n@sealed\nclass D {}\n// TODO: finish",
      },
      ...["src/a/a.ts:1", "src/a/a.ts:2", "src/a/a.ts:3", "src/a/a.ts:4"],
      ...["src/a/b.ts:5", "src/a/b.ts:1", "src/a/b.ts:2", "src/a/b.ts:3"],
    );
    accepts("the same letters in comments, strings, templates, patterns and operators", forbiddenConstructs, {
      "src/a/a.ts": [
        "/** Takes any value!\n * @throws never */",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder belongs to the made-up source.
        "const a = `any ${b !== c ? `enum A {` : !d} x!.y`;",
        `const e = 'as unknown as' + "\\"any";`,
        'const f = /[/"]any!/.test(g) && h / 2 > i[0] / 3;',
        "await Promise.any(j) != k;",
      ].join("\n"),
    });
  });
});
