/** The demo when somebody else has its store, or ends its processes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { root } from "../support/project.js";
import { runDemo } from "./run-demo.js";
import { scratchFolder } from "./scratch-folder.js";

describe("the demo, disturbed from outside", function () {
  this.timeout(30_000);
  const folder = scratchFolder();

  /** A run that lasts, and has some events by now. */
  async function begin(): Promise<{ demo: ChildProcess; worker: number; output: () => string }> {
    const line = (n: number): string =>
      `{"cart":"${n % 7}","command":{"type":"AddItem","sku":"tea","quantity":1,"price":${n % 10}}}\n`;
    await writeFile(join(folder(), "long.jsonl"), Array.from({ length: 50_000 }, (_, n) => line(n)).join(""));
    const main = fileURLToPath(new URL("dist/demo/main.js", root));
    const demo = spawn(process.execPath, [main, "long.jsonl", "--data", "shop"], {
      cwd: folder(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    demo.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    while (!output.includes("… 100 events so far")) await once(demo.stdout, "data");
    return { demo, worker: Number(/^process (\d+) runs/m.exec(output)?.[1]), output: () => output };
  }

  it("looks at what the worker had done, and ends with 1", async () => {
    const { demo, worker, output } = await begin();
    process.kill(worker, "SIGKILL");
    const [code] = await once(demo, "close");
    expect(code).to.equal(1);
    expect(output()).to.include(`process ${worker} is killed from outside (SIGKILL)`);
    expect(output()).to.match(/All (\d+,)?\d+ acknowledged changes in 7 carts are there, in order, once\./);
    expect(output()).to.include("the script has not come to its end");
  });

  it("says who has the store when it is in use, and disturbs nobody", async () => {
    const { demo, worker, output } = await begin();
    const end = await runDemo(folder(), ["long.jsonl", "--data", "shop"]);
    expect(end.code).to.equal(1);
    expect(end.err).to.match(new RegExp(`^The store shop is in use by process ${worker} .+\\n$`));
    process.kill(worker, "SIGKILL");
    await once(demo, "close");
    expect(output()).to.match(/All (\d+,)?\d+ acknowledged changes in 7 carts are there, in order, once\./);
  });

  it("leaves no worker behind that keeps the store", async () => {
    const { demo } = await begin();
    demo.kill("SIGKILL");
    await once(demo, "close");
    await writeFile(join(folder(), "print.jsonl"), '{"print":"3"}\n');
    const end = await runDemo(folder(), ["print.jsonl", "--data", "shop"]);
    expect(end.code, end.err).to.equal(0);
    expect(end.out).to.match(/ 3 +recovered from /);
  });
});
