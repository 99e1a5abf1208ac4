/** A program whose disk falls ill while many entities write, and gets well again: `node outage-program.js PLAN`, a plan as JSON. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process, { argv } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { type ActorRef, ActorSystem, type EventSourcedDefinition, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";
import { type Answer, type History, type OutagePlan, type OutageReport, outageFaults } from "./outage-plan.ts";

interface Note {
  readonly type: "Note";
  readonly n: number;
}
interface Noted {
  readonly type: "Noted";
  readonly n: number;
}

const entities = 32;
const inFlightEach = 4;
const answersBefore = 200;
const answersAfter = 200;
const patienceMs = 20_000;

/** One restart that counts would be the end of it. */
function counter(every: number, onSnapshotFailed: () => void): EventSourcedDefinition<Note, Noted, number> {
  return eventSourced<Note, Noted, number>({
    entityType: "counter",
    emptyState: 0,
    commandHandler: (_count, { n }, { effect }) =>
      effect.persist({ type: "Noted", n }).thenReply({ type: "Note", n }, (count) => count),
    eventHandler: (count) => count + 1,
    snapshots: { every, keep: 2 },
    supervision: { minBackoffMs: 1, maxBackoffMs: 20, maxRestarts: 1, resetAfterMs: 60_000 },
    recovery: { idleTimeoutMs: 100 },
    onSignal: (_count, { type }) => {
      if (type === "SnapshotFailed") onSnapshotFailed();
    },
  });
}

/** Sends to all entities without a pause, and keeps what comes back. */
class Load {
  readonly answers: Record<string, Answer[]> = {};
  readonly refusals: Record<string, number> = {};
  answered = 0;
  longestAskMs = 0;
  over = false;
  #n = 0;

  async run(ref: ActorRef<Note>, name: string): Promise<void> {
    this.answers[name] = [];
    const senders = Array.from({ length: inFlightEach }, () => this.#send(ref, this.answers[name] ?? []));
    await Promise.all(senders);
  }

  async #send(ref: ActorRef<Note>, answers: Answer[]): Promise<void> {
    while (!this.over) {
      const n = this.#n++;
      const began = performance.now();
      try {
        answers.push([n, await ref.ask<number>({ type: "Note", n })]);
        this.answered++;
      } catch (error) {
        const code = codesOf(error).slice(0, 2).join(" by ");
        this.refusals[code] = (this.refusals[code] ?? 0) + 1;
        await sleep(5);
      }
      this.longestAskMs = Math.max(this.longestAskMs, performance.now() - began);
    }
  }
}

/** The codes of an error and of its causes. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  return ["code" in error ? String(error.code) : error.message, ...codesOf(error.cause)];
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${patienceMs} ms: ${what}`);
    await sleep(10);
  }
}

/** At once for whoever reads it: a rule must not be seen half written. */
function setRules(control: string, rules: readonly string[]): void {
  writeFileSync(`${control}.new`, rules.join("\n"));
  renameSync(`${control}.new`, control);
}

/** Takes all the space that is left. */
function fillDisk(ballast: string): void {
  const block = Buffer.alloc(65_536, "ballast");
  for (let bytes = block.length; bytes >= 512; ) {
    try {
      writeFileSync(ballast, block.subarray(0, bytes), { flag: "a" });
    } catch {
      bytes /= 2;
    }
  }
}

/** Lets the disk fail until it has been noticed, and for the time of the plan. */
async function fallIll({ folder, control, rules, illMs }: OutagePlan, noticed: () => boolean): Promise<void> {
  const ballast = join(folder, "ballast");
  if (rules.length > 0) setRules(control, rules);
  else fillDisk(ballast);
  await until("the failure", noticed);
  await sleep(illMs);
  if (rules.length > 0) setRules(control, []);
  else rmSync(ballast);
}

async function storedBy(system: ActorSystem, persistenceId: string): Promise<number[]> {
  const stored: number[] = [];
  for await (const { event } of system.readJournal.eventsByPersistenceId(persistenceId))
    stored.push((event as Noted).n);
  return stored;
}

async function run(plan: OutagePlan): Promise<OutageReport> {
  const { folder, askTimeoutMs } = plan;
  const system = await ActorSystem.create("outage", { storage: levelStorage(join(folder, "store")), askTimeoutMs });
  const told: string[] = [];
  system.eventStream.asObservable().subscribe((event) => {
    if (event.type === "StorageFailed" && "error" in event) told.push(`${event.type} ${codesOf(event.error)[0]}`);
    if (event.type === "StorageRecovered") told.push(event.type);
  });
  let snapshotsFailed = 0;
  const definition = counter(plan.snapshotEvery, () => snapshotsFailed++);
  const load = new Load();
  const refs = Array.from({ length: entities }, (_, at) => [`c${at}`, system.spawn(definition, `c${at}`)] as const);
  const running = refs.map(([name, ref]) => load.run(ref, name));
  await until("the first answers", () => load.answered >= answersBefore);

  const before = load.answered;
  await fallIll(plan, () => told.length > 0);
  await until("the store is back", () => told.includes("StorageRecovered"));
  const back = load.answered;
  const backEach = new Map(refs.map(([name]) => [name, load.answers[name]?.length ?? 0]));
  await until("answers after the outage", () => load.answered >= back + answersAfter);
  await until("an answer of every entity", () =>
    refs.every(([name]) => (load.answers[name]?.length ?? 0) > (backEach.get(name) ?? 0)),
  );
  load.over = true;
  await Promise.all(running);

  const histories: History[] = [];
  for (const [name] of refs) histories.push({ name, stored: await storedBy(system, `counter|${name}`) });
  const { answers, refusals, longestAskMs } = load;
  await system.terminate();
  const counts = { answersBefore: before, answersAfter: load.answered - back };
  return {
    answers,
    refusals,
    longestAskMs,
    told,
    snapshotsFailed,
    faults: outageFaults(histories, answers),
    ...counts,
  };
}

process.send?.(await run(JSON.parse(String(argv[2]))));
process.disconnect();
