/** A program that has terminated its system ends by itself. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";

const run = promisify(execFile);
const program = fileURLToPath(new URL("./short-life.js", import.meta.url));

/** Rejects when the program ends with another code than 0, or not within seconds. */
async function outcomeOf(...args: string[]): Promise<unknown> {
  const { stdout, stderr } = await run(process.execPath, [program, ...args], { timeout: 10_000 });
  expect(stderr).to.equal("");
  return JSON.parse(stdout);
}

describe("a program that terminates its system", function () {
  this.timeout(20_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rekindle-exit-"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("ends by itself, without a timer left, on memoryStorage", async () => {
    expect(await outcomeOf()).to.deep.equal({ sums: [1, 3, 6], late: "ACTOR_STOPPED", timers: [] });
  });

  it("ends by itself, without a timer left, on levelStorage, and goes on where it was the next time", async () => {
    const location = join(folder, "journal");
    expect(await outcomeOf(location)).to.deep.equal({ sums: [1, 3, 6], late: "ACTOR_STOPPED", timers: [] });
    expect(await outcomeOf(location)).to.deep.equal({ sums: [7, 9, 12], late: "ACTOR_STOPPED", timers: [] });
  });
});
