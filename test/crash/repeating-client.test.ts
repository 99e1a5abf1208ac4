/** A client that sends all its commands again after every kill of the process leaves each of them once. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { temporaryFolder } from "../support/every-storage.ts";

const client = fileURLToPath(new URL("./repeating-client.js", import.meta.url));
const commands = 1_000;
/** In each life the process is killed when so many answers have come. */
const killsAfter = [150, 500, 800];

describe("commands with ids, through kill -9", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  /** The lines that a life says until it ends, or is killed. */
  async function live(linesMax: number): Promise<string[]> {
    const child: ChildProcess = spawn(process.execPath, [client, join(folder, "store"), String(commands)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: string[] = [];
    const ended = once(child, "close");
    if (child.stdout) {
      for await (const line of createInterface(child.stdout)) {
        lines.push(line);
        if (lines.length === linesMax) child.kill("SIGKILL");
      }
    }
    await ended;
    return lines;
  }

  it("are stored once, and every repetition in every life gets the reply of the first", async () => {
    for (const linesMax of killsAfter) {
      const lines = await live(linesMax);
      expect(lines).to.have.length.within(linesMax, commands);
      for (const line of lines) expect(line).to.match(/^(\d+) \1$/);
    }
    const lines = await live(Number.POSITIVE_INFINITY);
    expect(lines.pop()).to.equal("done");
    expect(lines).to.deep.equal(Array.from({ length: commands }, (_, index) => `${index + 1} ${index + 1}`));
  });
});
