/** What only a real disk can show: a process that dies, a torn log, a history that is larger than the memory, and room given back. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { appendFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { StorageCorruptedError } from "rekindle";
import { levelStorage } from "rekindle/level";
import { systemClock } from "#src/clock.js";
import type { EventRecord } from "#src/storage/stored-event.js";
import { temporaryFolder } from "../support/every-storage.ts";
import { note, notebook, noted, read } from "../support/notebook.ts";
import { startSystem, storeWords, wordsStored } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";

const run = promisify(execFile);

const diesAfterCommit = new URL("./dies-after-commit.js", import.meta.url);
const countToAMillion = new URL("./count-to-a-million.js", import.meta.url);

function runProgram(
  program: URL,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<{ stdout: string; signal?: string }> {
  return run(process.execPath, [...flags, fileURLToPath(program), ...args], { timeout: 30_000 });
}

/** The bytes of all files in a folder, also while LevelDB removes some. */
function sizeOf(folder: string): number {
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}

function logOf(folder: string): string {
  const [name = ""] = readdirSync(folder).filter((file) => file.endsWith(".log"));
  return join(folder, name);
}

function incompressible(bytes: number): EventRecord {
  const payload = JSON.stringify(noted(randomBytes((bytes * 3) / 4).toString("base64")));
  return { type: "Noted", version: 1, timestamp: 1, tags: [], metadata: undefined, payload };
}

describe("a store on a disk", function () {
  this.timeout(30_000);
  const folder = temporaryFolder();

  it("230: has an event whose process died before it could answer", async () => {
    const location = join(folder, "died");
    const death = await runProgram(diesAfterCommit, [location]).catch(
      (error: { signal: string; stdout: string }) => error,
    );
    expect([death.signal, death.stdout]).to.deep.equal(["SIGKILL", "1\n2\n"]);
    const system = await startSystem({ storage: levelStorage(location) });
    const ref = system.entityRef(notebook(), "1");
    expect(await ref.ask(read)).to.deep.equal(["a", "b", "c"]);
    expect(await ref.ask(note("d"))).to.equal(4);
    expect(await wordsStored(system, ref)).to.deep.equal(["1 a", "2 b", "3 c", "4 d"]);
  });

  for (const cut of [1, 40]) {
    it(`231: whose log is cut off by ${cut} bytes of what was acknowledged is refused, and stays as it is`, async () => {
      const location = join(folder, `cut ${cut}`);
      const storage = levelStorage(location);
      await storeWords(storage, "abcde");
      const size = statSync(logOf(location)).size - cut;
      await truncate(logOf(location), size);
      const error = await rejection(startSystem({ storage }));
      expect(error).to.be.instanceOf(StorageCorruptedError);
      expect(error).to.have.property("where").that.includes(".log, offset ");
      expect(statSync(logOf(location)).size).to.equal(size);
    });
  }

  const tears: readonly (readonly [string, (log: string) => Promise<void>])[] = [
    ["zeros", async (log) => appendFile(log, Buffer.alloc(100))],
    ["a write that was begun", async (log) => appendFile(log, randomBytes(100))],
  ];
  for (const [n, [what, tear]] of tears.entries()) {
    it(`231: whose log ends in ${what} has everything up to its last whole write, and goes on from there`, async () => {
      const location = join(folder, `torn ${n}`);
      const storage = levelStorage(location);
      await storeWords(storage, "abcde");
      await tear(logOf(location));
      const system = await startSystem({ storage });
      const ref = system.entityRef(notebook(), "1");
      expect(await ref.ask(read)).to.deep.equal([..."abcde"]);
      expect(await ref.ask(note("next"))).to.equal(6);
      await system.terminate();
      const again = await startSystem({ storage });
      expect(await again.entityRef(notebook(), "1").ask(read)).to.deep.equal([..."abcde", "next"]);
    });
  }

  it("237: recovers a million events in a heap that could not hold them", async () => {
    const location = join(folder, "million");
    expect((await runProgram(countToAMillion, [location, "1000000"])).stdout).to.equal("1000000");
    const recovered = await runProgram(countToAMillion, [location, "0"], ["--max-old-space-size=64"]);
    expect(recovered.stdout).to.equal("1000000");
  });

  it("201, 202: gets the room of deleted events back by itself, with nothing to configure", async () => {
    const location = join(folder, "deleted");
    const storage = levelStorage(location, { durability: "async" });
    const onFailure = (error: Error): never => expect.fail(String(error));
    const { journal, close } = await storage.open({ clock: systemClock, onFailure });
    const stream = { persistenceId: "notebook|1", entityType: "notebook", entityId: "1" };
    const perWrite = 100;
    let written = 0;
    for (let sequenceNr = 1; written < 60_000_000; sequenceNr += perWrite) {
      const events = Array.from({ length: perWrite }, () => incompressible(8_000));
      await journal.append({ ...stream, sequenceNr, events });
      written += perWrite * 8_000;
      await journal.deleteTo("notebook|1", sequenceNr - 1);
    }
    expect(sizeOf(location)).to.be.lessThan(written * 0.8);
    await close();
  });
});
