/** What a process loads before its store is open: every file costs it a quarter of a millisecond. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { temporaryFolder } from "./support/every-storage.ts";
import { root } from "./support/project.ts";

const program = `
  import { ActorSystem } from "rekindle";
  import { levelStorage } from "rekindle/level";
  const system = await ActorSystem.create("start", { storage: levelStorage(process.argv[1]) });
  await system.terminate();`;

/** The scripts that a run of the program executed, as Node's own coverage lists them. */
function loadedScripts(folder: string): string[] {
  const coverage = join(folder, "coverage");
  execFileSync(process.execPath, ["--input-type=module", "--eval", program, join(folder, "store")], {
    cwd: fileURLToPath(root),
    env: { ...process.env, NODE_V8_COVERAGE: coverage },
  });
  return readdirSync(coverage)
    .flatMap((name) => JSON.parse(readFileSync(join(coverage, name), "utf8")).result)
    .map(({ url }: { url: string }) => url)
    .filter((url) => url.startsWith("file:"));
}

describe("a start", () => {
  const folder = temporaryFolder();
  let scripts: string[];
  before(() => {
    scripts = loadedScripts(folder);
  });

  for (const [what, path] of [
    ["rxjs, which waits for the first Observable", /\/rxjs\/(?!.*\/symbol\/observable\.js$)/],
    ["nact's own persistence and logs", /\/nact\/lib\/(?:persistence|monitoring)\//],
    [
      "the tools for a store: scrub, salvage, export, backup",
      /\/dist\/level\/(?:scrub|salvage|copying\/(?:export|back))/,
    ],
  ] as const) {
    it(`does without ${what}`, () => {
      expect(scripts.filter((url) => path.test(url))).to.deep.equal([]);
    });
  }

  it("loads the runtime and LevelDB, so that the list above is one of what was loaded", () => {
    for (const path of [
      "/dist/persistence/entity.js",
      "/dist/level/opening/open-verified.js",
      "/classic-level/index.js",
    ])
      expect(scripts.filter((url) => url.endsWith(path))).to.have.lengthOf(1);
  });
});
