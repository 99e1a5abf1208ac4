/** The demo in real processes: what it prints, what it ends with, what is there afterwards. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { columnsOf } from "#src/demo/columns.js";
import { root } from "../support/project.js";
import { type DemoEnd, runDemo, sample } from "./run-demo.js";
import { scratchFolder } from "./scratch-folder.js";

function expectTidy({ out, err }: DemoEnd): void {
  const overlong = out.split("\n").filter((line) => !line.startsWith("script ") && columnsOf(line) > 80);
  expect(overlong, "lines of more than 80 columns").to.deep.equal([]);
  expect(out, "no colours where nobody looks").not.to.include("\u001b");
  expect(err).not.to.match(/^\s+at /m);
}

describe("the demo", function () {
  this.timeout(30_000);
  const folder = scratchFolder();

  it("runs the everyday basket: prints, refuses, recovers, checks out", async () => {
    const end = await runDemo(folder(), [sample("everyday")]);
    expect(end.code, end.err).to.equal(0);
    expect(end.out).to.match(/ 42 +#1 ItemAdded +6 × banana +₩500\n/);
    expect(end.out).to.include("no RemoveItem, line 8: there is no caviar in the cart");
    expect(end.out).to.include("recovered from snapshot at 6 + 1 event\n");
    expect(end.out).to.include("?? GiftWrap, line 17: a cart does not know this command");
    expect(end.out).to.include("end of the script: 21 lines, 14 done, 6 refused, 1 unknown");
    expect(end.out).to.match(/ 42 +4 items, paid +9 +₩21,300\n/);
    expectTidy(end);
  });

  it("runs the Korean basket, which mirrors the sample: two items before the kill, and two after it", async () => {
    const end = await runDemo(folder(), [sample("korean")]);
    expect(end.code, end.err).to.equal(0);
    expect(end.out.match(/ 2 items, open +₩7,000\n/g)).to.have.length(2);
    expect(end.out).to.match(/ 장바구니 +2 items, open +4 +₩7,000\n/);
    expect(end.out).to.match(/killed.+\n.+recovered from snapshot at 4 \+ 0 events\n/);
    expect(end.out).to.match(
      /\n {2}바나나 +1 +1\n\n {2}sales per hour .+\n {2}none\n\n {2}open carts .+\n {2}장바구니 .+₩7,000\n$/,
    );
    expectTidy(end);
  });

  it("runs many carts at once, and counts instead of listing", async () => {
    const end = await runDemo(folder(), [sample("many")]);
    expect(end.code, end.err).to.equal(0);
    expect(end.out).to.include("… 400 events so far\n");
    expect(end.out).to.match(/All 431 acknowledged changes in 50 carts are there, in order, once\.\n/);
    expect(end.out).to.include("  … and 7 more items\n");
    expectTidy(end);
  });

  it("without arguments is the story of a crash, and ends well", async () => {
    const end = await runDemo(folder());
    expect(end.code, end.err).to.equal(0);
    const pids = [...end.out.matchAll(/^process (\d+) (.+)$/gm)].map(([, pid, what]) => ({ pid, what }));
    expect(pids.map(({ what }) => what)).to.deep.equal([
      "runs the script",
      "is killed by line 73 (SIGKILL)",
      "opens the store and recovers",
      "goes on from line 74",
    ]);
    expect(new Set(pids.map(({ pid }) => pid)).size).to.equal(2);
    const acknowledged = Number(/^ {2}(\d+) changes acknowledged, \d+ lines? in flight/m.exec(end.out)?.[1]);
    expect(acknowledged).to.be.within(30, 69);
    // How many carts have been answered by then is a matter of milliseconds.
    const audit = new RegExp(`All ${acknowledged} acknowledged changes in [1-5] carts are there, in order, once\\.`);
    expect(end.out).to.match(audit);
    expect(end.out).to.match(/ 42 +(snapshot at \d+ \+ )?\d+ events? +₩/);
    expect(end.out).to.match(/end of the script: 20 lines from line 74 on/);
    expectTidy(end);

    const history = end.out.slice(end.out.indexOf("history of 2 events"));
    expect(history, "the wrong event stays").to.match(
      /^.+\n.+#1 ItemAdded .+₩219,000\n.+#2 PriceCorrected .+₩21,900\n/,
    );
    expect(end.out).to.match(/ 민준 +#4 Reopened .+OutOfStockError:\n +of 60 rice there are \d+\n/);
    expect(end.out).to.match(/\n {2}open carts +items +total\n {2}민준 +1 +₩1,314,000\n$/);

    const rebuilt = await runDemo(folder(), ["--rebuild"]);
    expect(rebuilt.code, rebuilt.err).to.equal(0);
    expect(rebuilt.out).to.match(
      /^rebuilt 3 read models from \d\d events each, in \d+ milliseconds?\n {2}meanwhile the old ones .+ were read \d+ times?\n\n/,
    );
    expect(rebuilt.out).to.include(end.out.slice(end.out.indexOf("  popular items")));
    expect(rebuilt.out).to.match(/They say what they said before\.\n$/);
    expectTidy(rebuilt);
  });

  it("begins with a fresh store each time, so that nothing adds up", async () => {
    const [first, second] = [await runDemo(folder(), [sample("korean")]), await runDemo(folder(), [sample("korean")])];
    expect(second.out.replace(/process \d+/, "")).to.equal(first.out.replace(/process \d+/, ""));
    expect(second.out).to.include(`store   ${join("data", "journal", "demo-korean")} (fresh)`);
  });

  it("goes on with what is there when it is given a store", async () => {
    const args = [sample("korean"), "--data", "shop"];
    await runDemo(folder(), args);
    const end = await runDemo(folder(), args);
    expect(end.code, end.err).to.equal(0);
    expect(end.out).to.include("store   shop (goes on with what is there)");
    expect(end.out).to.match(/ 장바구니 +2 items, open +8 +₩14,000\n/);
  });

  it("reports a malformed line, keeps what came before it, and runs nothing after it", async () => {
    const good = (await readFile(sample("everyday"), "utf8")).split("\n");
    const script = join(folder(), "bad.jsonl");
    await writeFile(script, [...good.slice(0, 3), '{"cart":"42","comand":{}}', ...good.slice(4)].join("\n"));
    const end = await runDemo(folder(), [script, "--data", "shop"]);
    expect(end.code).to.equal(2);
    expect(end.err).to.match(/^.*bad\.jsonl:4: unknown key "comand"; .+\n$/);
    expect(end.out).to.include("stopped: 3 lines, 3 done, 0 refused");

    await writeFile(script, '{"print":"42"}\n');
    const second = await runDemo(folder(), [script, "--data", "shop"]);
    expect(second.code, second.err).to.equal(0);
    expect(second.out).to.match(
      /recovered from 3 events\n.+banana +6 × ₩500 .+\n.+milk.+\n.+bread.+\n.+3 items, open +₩10,100\n/,
    );
  });

  it("ends with 2 and one clear line for a script that is not there, and leaves the old store alone", async () => {
    await cp(sample("korean"), join(folder(), "shop.jsonl"));
    await runDemo(folder(), ["shop.jsonl"]);
    const end = await runDemo(folder(), ["gone/shop.jsonl"]);
    expect(end).to.deep.include({ code: 2, out: "" });
    expect(end.err).to.equal("gone/shop.jsonl: the script cannot be read (there is no such file)\n");
    expect(existsSync(join(folder(), "data", "journal", "demo-shop", "CURRENT"))).to.equal(true);
  });

  it("rebuilds nothing where there is no store", async () => {
    const end = await runDemo(folder(), ["--rebuild"]);
    expect(end).to.deep.include({ code: 2, out: "" });
    expect(end.err).to.match(/demo-crash: there is no store; run the demo without --rebuild first\n$/);
  });

  it("explains itself, and its misuse", async () => {
    expect(await runDemo(folder(), ["--help"])).to.deep.include({ code: 0, err: "" });
    for (const args of [["--dta", "x"], ["a", "b"], ["--data"], ["--data", ""]]) {
      const end = await runDemo(folder(), args);
      expect(end.code, args.join(" ")).to.equal(2);
      expect(end.err).to.match(/^demo: .+\n\nUsage: npm run demo/);
    }
  });

  it("does not mind a reader who leaves early", async () => {
    const main = fileURLToPath(new URL("dist/demo/main.js", root));
    const child = spawn(process.execPath, [main], { cwd: folder(), stdio: ["ignore", "pipe", "pipe"] });
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.stdout.once("data", () => child.stdout.destroy());
    const [code] = await once(child, "close");
    expect({ code, err }).to.deep.equal({ code: 0, err: "" });
  });

  it("ends with 1, and says what is missing, when something was acknowledged and never stored", async () => {
    const story = new URL("./lying-story.js", import.meta.url);
    const end = await runDemo(folder(), [sample("crash"), join(folder(), "shop")], story);
    expect(end.code).to.equal(1);
    expect(end.err).to.match(/^cart 42, line 72: .+ event 1000\b.+\n$/);
    expect(end.out).to.include("LOST: 1 acknowledged change not as acknowledged.");
    expect(end.out).not.to.include("goes on from line");
  });
});
