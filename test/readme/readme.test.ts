/** The README says what is so: its code is that of files which are compiled and run here, its commands are those of the package. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect } from "chai";

const examples = ["first-aggregate", "service"] as const;

function codeBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? "");
}

describe("the README", () => {
  let folder: string;
  let readme: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rekindle-readme-"));
    readme = await readFile("README.md", "utf8");
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  function start(example: string): ChildProcessByStdio<null, Readable, Readable> {
    const script = resolve(`.build/test/readme/${example}.js`);
    return spawn(process.execPath, [script], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  }

  async function run(example: string): Promise<string> {
    const child = start(example);
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    expect(`${err}${code}`).to.equal("0");
    return out;
  }

  it("shows exactly the code that is compiled and run", async () => {
    const files = await Promise.all(examples.map((name) => readFile(`test/readme/${name}.ts`, "utf8")));
    expect(codeBlocks(readme)).to.deep.equal(files);
  });

  it("has a first aggregate of fewer than 40 lines that counts on after a restart", async () => {
    expect(codeBlocks(readme)[0]?.trim().split("\n").length).to.be.below(40);
    expect(await run("first-aggregate")).to.equal("2\n");
    expect(await run("first-aggregate")).to.equal("4\n");
  });

  it("has a service that answers, refuses what it does not know, and ends cleanly on SIGTERM", async () => {
    const child = start("service");
    const errors = text(child.stderr);
    const [line] = await once(child.stdout, "data");
    const url = `http://localhost:${JSON.parse(String(line)).port}/ten`;
    const post = async (body: unknown): Promise<string> => {
      const response = await fetch(url, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { connection: "close" },
      });
      return `${response.status} ${await response.text()}`;
    };
    expect(await post({ type: "Add", n: 4 })).to.equal("200 4");
    expect(await post({ type: "Add", n: 6 })).to.equal("200 10");
    expect(await post({ type: "Add", n: "six" })).to.match(/^400 /);
    expect(await post("nonsense")).to.match(/^400 /);
    child.kill("SIGTERM");
    const [code] = await once(child, "close");
    expect(code).to.equal(0);
    expect(await errors).to.equal("");
  });

  it("names commands that exist", async () => {
    const { scripts } = JSON.parse(await readFile("package.json", "utf8"));
    const named = [...readme.matchAll(/npm (?:run ([\w:-]+)|(test)\b)/g)].map(([, script, test]) => script ?? test);
    expect(named).to.include.members(["demo", "test"]);
    for (const script of named) expect(scripts, `npm run ${script}`).to.have.property(script ?? "");
  });

  it("links to files that exist", async () => {
    const targets = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target ?? "");
    expect(targets).to.include("docs/errors.md");
    for (const target of targets) await readFile(target).catch(() => expect.fail(`${target} does not exist`));
  });
});
