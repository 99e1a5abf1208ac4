/** One store, one owner: in this process, in its worker threads, and in other processes. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdir, rm, symlink, writeFile } from "node:fs/promises";
import { relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect } from "chai";
import { StorageLockedError } from "#src/errors.js";
import type { OpenReport } from "./open-elsewhere.ts";
import { added, rejection, request, StoreFixture } from "./store-fixture.ts";

const program = fileURLToPath(new URL("./open-elsewhere.js", import.meta.url));

describe("the lock of a level store", function () {
  this.timeout(20_000);
  const fixture = new StoreFixture();
  const children: ChildProcess[] = [];
  const workers: Worker[] = [];

  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
    for (const worker of workers.splice(0)) await worker.terminate();
  });

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async function openInProcess(location: string): Promise<{ child: ChildProcess; report: OpenReport }> {
    const child = startProcess(location);
    return { child, report: await openIn(child) };
  }

  function startProcess(location: string): ChildProcess {
    const child = fork(program, [location]);
    children.push(child);
    return child;
  }

  async function openIn(child: ChildProcess): Promise<OpenReport> {
    child.send("open");
    const [report]: OpenReport[] = await once(child, "message");
    return report ?? { opened: false };
  }

  async function openInWorker(location: string): Promise<{ worker: Worker; report: OpenReport }> {
    const worker = new Worker(program, { workerData: location });
    workers.push(worker);
    const [report]: OpenReport[] = await once(worker, "message");
    return { worker, report: report ?? { opened: false } };
  }

  it("refuses a second open in this process, however the path is spelled", async () => {
    const folder = fixture.path("store");
    await fixture.open();
    await symlink(folder, fixture.path("link"));
    await symlink(fixture.path(), fixture.path("parent"));
    const spellings = [
      folder,
      `${folder}/`,
      `${folder}/.`,
      fixture.path("link"),
      fixture.path("parent", "store"),
      relative(".", folder),
    ];
    for (const location of spellings) {
      const error = await rejection(fixture.open({}, location));
      expect(error, location).to.be.instanceOf(StorageLockedError).and.to.include({ owner: "this process" });
    }
  });

  it("lets one of several that open at the same time have it", async () => {
    const outcomes = await Promise.allSettled([fixture.open(), fixture.open(), fixture.open()]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).to.have.lengthOf(1);
  });

  it("refuses other processes three times in a row, naming the owner, also after a second open was refused here", async () => {
    const { journal } = await fixture.open();
    for (let attempt = 0; attempt < 3; attempt++) {
      await rejection(fixture.open());
      const { report } = await openInProcess(fixture.path("store"));
      expect(report).to.include({ opened: false, code: "STORAGE_LOCKED" });
      expect(report.message).to.include(`process ${process.pid} on `);
    }
    expect(await journal.append(request("cart|1", 1, added(1)))).to.equal(1);
  });

  it("is refused when another process has it, and given when that one was killed", async () => {
    const { child, report } = await openInProcess(fixture.path("store"));
    expect(report).to.deep.equal({ opened: true });
    const error = await rejection(fixture.open());
    expect(error).to.be.instanceOf(StorageLockedError);
    expect(error.message).to.include(`process ${child.pid} on `);
    await kill(child);
    await fixture.open();
  });

  it("is given to a child process that was started while the store was open here, and has inherited its files", async () => {
    const { close } = await fixture.open();
    const child = startProcess(fixture.path("store"));
    await once(child, "spawn");
    await close();
    expect(await openIn(child)).to.deep.equal({ opened: true });
  });

  it("is respected while another process is still creating the store", async () => {
    const { child } = await openInProcess(fixture.path("store"));
    await rm(fixture.path("store", "rekindle.json"));
    const before = await readdir(fixture.path("store"));
    expect(await rejection(fixture.open())).to.be.instanceOf(StorageLockedError);
    // LevelDB renames its diary before it asks for the lock.
    expect(await readdir(fixture.path("store"))).to.include.members(before);
    await kill(child);
    await fixture.open();
  });

  it("says that it is another process when the owner file does not tell", async () => {
    await openInProcess(fixture.path("store"));
    await writeFile(fixture.path("store", "owner.json"), "{");
    expect(await rejection(fixture.open())).to.include({ owner: "another process" });
  });

  it("refuses worker threads of this process, and is still held against other processes after it did", async () => {
    await fixture.open();
    const { report } = await openInWorker(fixture.path("store"));
    expect(report).to.include({ opened: false, code: "STORAGE_LOCKED" });
    expect(report.message).to.include("this process");
    expect((await openInProcess(fixture.path("store"))).report).to.include({ code: "STORAGE_LOCKED" });
  });

  it("is refused when a worker thread has it, and given when that one has ended", async () => {
    const { worker, report } = await openInWorker(fixture.path("store"));
    expect(report).to.deep.equal({ opened: true });
    expect(await rejection(fixture.open())).to.be.instanceOf(StorageLockedError);
    await worker.terminate();
    await fixture.open();
  });
});
