/** Disks that fail beneath LevelDB while many entities write: nothing acknowledged is lost, and all goes on by itself. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, execPath } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { canFailDisks, compileDiskFaults, failingDisk } from "./disk-faults.ts";
import { type OutagePlan, type OutageReport, outageFaults } from "./outage-plan.ts";
import type { PlainReport } from "./plain-writer.ts";
import type { PurgeReport } from "./purge-program.ts";
import { added, collect, request, StoreFixture } from "./store-fixture.ts";
import type { TakenReport } from "./taken-program.ts";

const program = fileURLToPath(new URL("./outage-program.js", import.meta.url));
const plainWriter = fileURLToPath(new URL("./plain-writer.js", import.meta.url));
const takenProgram = fileURLToPath(new URL("./taken-program.js", import.meta.url));
const purgeProgram = fileURLToPath(new URL("./purge-program.js", import.meta.url));
const aFullDisk = "StorageFailed STORAGE_FULL";
const anError = "StorageFailed STORAGE_FAILED";

/** Whether there is a file system of 48 MB in the folder now. */
function mountSmall(folder: string): boolean {
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=48m", "tmpfs", folder]).status === 0;
}

/** What happens, and what the program is told. */
interface Case extends Partial<OutagePlan> {
  readonly name: string;
  readonly rules: readonly string[];
  readonly told: string;
}

const cases: readonly Case[] = [
  { name: "a full disk", rules: ["write ENOSPC /store/"], told: aFullDisk },
  { name: "a full disk that takes half of a write", rules: ["short-write ENOSPC .log 3"], told: aFullDisk },
  { name: "a log that cannot be synced, once", rules: ["sync EIO .log 3 1"], told: anError, illMs: 0 },
  { name: "a log that cannot be written, once", rules: ["write EIO .log 3 1"], told: anError, illMs: 0 },
  { name: "snapshots that cannot be saved", rules: ["write ENOSPC .log 3"], told: aFullDisk, snapshotEvery: 1 },
  {
    name: "an outage that lasts longer than any asker waits",
    rules: ["write EIO /store/", "sync EIO /store/"],
    told: anError,
    askTimeoutMs: 150,
    illMs: 500,
  },
  {
    name: "a store that cannot be opened anew at first",
    rules: ["write EIO .log 3 1", "sync EIO MANIFEST 0 1", "rename EIO CURRENT 0 1", "open EIO CURRENT 0 1"],
    told: anError,
    illMs: 1_500,
  },
];

if (canFailDisks) describe("a level store whose disk fails beneath it", outages);

function outages(this: Mocha.Suite): void {
  this.timeout(60_000);
  const fixture = new StoreFixture();

  const runs = new Map<Case, Promise<OutageReport>>();
  let folder = "";

  // All at once: they wait most of the time.
  before(async () => {
    await compileDiskFaults();
    folder = await mkdtemp(join(tmpdir(), "rekindle-outage-"));
    for (const [at, plan] of cases.entries()) {
      await mkdir(join(folder, String(at)));
      const run = runOutage({ folder: join(folder, String(at)), ...plan });
      run.catch(() => undefined);
      runs.set(plan, run);
    }
  });

  after(async () => {
    await Promise.allSettled(runs.values());
    await rm(folder, { recursive: true, force: true });
  });

  it("has a reason to be opened anew: going on after a failed write, LevelDB loses what it acknowledges", async () => {
    const control = join(folder, "faults");
    const child = startProgram(plainWriter, [join(folder, "plain"), control], control);
    const [report]: PlainReport[] = await once(child, "message");
    expect(report).to.deep.equal({ failed: 1, acknowledgedAfter: 49, keptAfter: 0 });
  });

  for (const [at, plan] of cases.entries()) {
    it(`outlasts ${plan.name}`, async () => {
      const report = await runs.get(plan);
      expect(report?.told).to.deep.equal([plan.told, "StorageRecovered"]);
      if (plan.snapshotEvery === 1) expect(report?.snapshotsFailed).to.be.above(0);
      if (report) await expectNothingLost(fixture, report, join(folder, String(at), "store"), plan.askTimeoutMs);
    });
  }

  it("outlasts a file system that is full indeed; without the right to mount one, calls that say so", async () => {
    await mkdir(fixture.path("small"), { recursive: true });
    const mounted = mountSmall(fixture.path("small"));
    try {
      const report = await runOutage({ folder: fixture.path("small"), rules: mounted ? [] : ["write ENOSPC /store/"] });
      expect([...new Set(report.told)]).to.deep.equal([aFullDisk, "StorageRecovered"]);
      await expectNothingLost(fixture, report, fixture.path("small", "store"));
    } finally {
      if (mounted) spawnSync("umount", ["-l", fixture.path("small")]);
    }
  });

  let report: TakenReport | undefined;

  it("leaves its store to another process that takes it during an outage, says so, and goes on with what that one wrote", async () => {
    report = await withTakenStore(fixture, join(folder, "taken"));
    expect(report?.whileTaken).to.equal("STORAGE_LOCKED");
    expect(report?.afterwards).to.deep.equal([1, 2, 3, 4]);
    expect(report?.told).to.deep.equal(["STORAGE_FAILED", "recovered"]);
  });

  it("does not keep a system from terminating, nor an ask from being settled, while it is ill", async () => {
    expect(report?.terminateMs).to.be.below(5_000);
    expect(report?.askCodes).to.have.lengthOf(6);
    for (const code of report?.askCodes ?? [])
      expect(code).to.match(/^(PERSIST_FAILED|RECOVERY_FAILED|ACTOR_STOPPED|ASK_TIMEOUT)$/);
  });

  it("purges a stream or says that it did not, whichever call beneath it fails", async () => {
    const control = join(folder, "purge-faults");
    const rules = env.PURGE_FAULTS === "all" ? everyCall() : someCalls;
    const child = startProgram(purgeProgram, [join(folder, "purged"), control, ...rules], control);
    const [reports]: PurgeReport[][] = await once(child, "message");
    for (const { rule, faults } of reports ?? []) expect(faults, rule).to.deep.equal([]);
    const codes = reports?.map(({ code }) => code);
    expect(codes).to.include("STORAGE_FAILED");
    // LevelDB could not merge: what was deleted is deleted.
    expect(reports?.some(({ code, warnings }) => code === "" && warnings > 0)).to.equal(true);
  });
}

/** While LevelDB writes a purge to its log, and while it merges before and after it. */
const someCalls = ["write EIO .log 1 1", "write EIO .log 3 1", "write EIO .ldb 0 1", "write EIO .ldb 3 1"];

/** One call each; behind the last that a purge makes, too. */
function everyCall(): string[] {
  const calls = ["write EIO .log", "sync EIO .log", "write EIO .ldb", "open EIO .ldb", "sync EIO MANIFEST"];
  return calls.flatMap((call) => Array.from({ length: 7 }, (_, skip) => `${call} ${skip} 1`));
}

/** Runs a program that loses its store to this process for a while. */
async function withTakenStore(fixture: StoreFixture, folder: string): Promise<TakenReport | undefined> {
  const control = `${folder}-faults`;
  const child = startProgram(takenProgram, [folder, control], control);
  const said = async (): Promise<unknown> => (await once(child, "message"))[0];
  await said();
  // The lock is free while nothing is open: between two attempts of the other one.
  const { journal, close } = await eventually(() => fixture.open({}, folder));
  child.send("taken");
  await said();
  const highest = await journal.highestSequenceNr("cart|1");
  for (let next = highest + 1; next <= 3; next++) await journal.append(request("cart|1", next, added(next)));
  await close();
  child.send("free");
  return (await said()) as TakenReport;
}

/** Tries until it works. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (const end = performance.now() + 10_000; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(20);
    }
  }
}

const standard = { illMs: 300, askTimeoutMs: 5_000, snapshotEvery: 50 };

function startProgram(path: string, args: readonly string[], control: string): ChildProcess {
  return spawn(execPath, [path, ...args], {
    env: failingDisk(control),
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

/** Rejects when the program does not come to its end. */
async function runOutage(plan: Pick<OutagePlan, "folder" | "rules"> & Partial<OutagePlan>): Promise<OutageReport> {
  const control = `${plan.folder}/faults`;
  const child = startProgram(program, [JSON.stringify({ ...standard, control, ...plan })], control);
  let report: OutageReport | undefined;
  child.on("message", (message: OutageReport) => {
    report = message;
  });
  const [code, signal] = await once(child, "exit");
  if (!report || code !== 0) throw new Error(`the program ended with ${code ?? signal}`);
  return report;
}

async function expectNothingLost(
  fixture: StoreFixture,
  report: OutageReport,
  location: string,
  askTimeoutMs: number = standard.askTimeoutMs,
): Promise<void> {
  expect(report.faults).to.deep.equal([]);
  expect(report.answersBefore).to.be.at.least(200);
  expect(report.answersAfter).to.be.at.least(200);
  expect(report.longestAskMs).to.be.below(askTimeoutMs + 2_000);
  expect(Object.keys(report.refusals)).to.not.be.empty;
  for (const code of Object.keys(report.refusals)) {
    expect(code).to.match(/^(PERSIST_FAILED by STORAGE_|RECOVERY_FAILED by STORAGE_|ASK_TIMEOUT$)/);
  }
  const { journal } = await fixture.open({}, location);
  const histories = [];
  for (const name of Object.keys(report.answers)) {
    const events = await collect(journal.read(`counter|${name}`));
    histories.push({ name, stored: events.map(({ payload }) => Number(Object(payload).n)) });
  }
  expect(outageFaults(histories, report.answers)).to.deep.equal([]);
  const offsets = (await collect(journal.readAll())).map(({ offset }) => offset);
  expect(offsets.findIndex((offset, at) => offset !== at + 1)).to.equal(-1);
}
