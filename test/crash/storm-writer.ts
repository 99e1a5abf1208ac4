/**
 * The process whose disk fails at random: `node storm-writer.js FOLDER PLAN`. It writes to every entity without an end, whatever happens to
 * the disk, and says on its standard output what it was told: `ack ENTITY N REVISION`, `storage EVENT CODE`, `refused CODE`. The line
 * `finish` on its standard input ends it: it terminates its system and says `terminated MS UNSETTLED`.
 */
import process, { argv } from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type ActorRef, ActorSystem, type EventSourcedDefinition, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";
import { firstCommandOf, type Note, type Noted, stormEntities } from "./storm-ledger.js";

const sendersEach = 2;
const pauseMs = 4;
const askTimeoutMs = 3_000;
const terminateGraceMs = 1_000;

const [, , folder = "", plan = ""] = argv;
let n = firstCommandOf(Number(plan));
let over = false;
let unsettled = 0;

const counter: EventSourcedDefinition<Note, Noted, number> = eventSourced<Note, Noted, number>({
  entityType: "counter",
  emptyState: 0,
  commandHandler: (_count, command, { effect }) =>
    effect.persist({ type: "Noted", n: command.n }).thenReply(command, (count) => count),
  eventHandler: (count) => count + 1,
  snapshots: { every: 40, keep: 2 },
  supervision: { minBackoffMs: 1, maxBackoffMs: 20, maxRestarts: 1, resetAfterMs: 60_000 },
  recovery: { idleTimeoutMs: 200 },
});

const system = await open();
createInterface(process.stdin).once("line", () => {
  finish().catch((error: unknown) => {
    say(`broken ${String(error)}`);
    process.exitCode = 1;
  });
});
system.eventStream.asObservable().subscribe((event) => {
  if (event.type === "StorageFailed" && "error" in event) say(`storage failed ${codeOf(event.error)}`);
  if (event.type === "StorageRecovered") say("storage recovered");
});
const refs = Array.from({ length: stormEntities }, (_, at) => system.spawn(counter, `c${at}`));
say("open");
const sending = refs.flatMap((ref, at) => Array.from({ length: sendersEach }, () => send(ref, at)));

async function open(): Promise<ActorSystem> {
  try {
    return await ActorSystem.create("storm", { storage: levelStorage(folder), askTimeoutMs, terminateGraceMs });
  } catch (error) {
    say(`not opened ${codeOf(error)}`);
    process.exit(0);
  }
}

async function send(ref: ActorRef<Note>, entity: number): Promise<void> {
  while (!over) {
    const number = n++;
    unsettled++;
    try {
      const revision = await ref.ask<number>({ type: "Note", n: number });
      say(`ack ${entity} ${number} ${revision}`);
    } catch (error) {
      say(`refused ${codeOf(error)}`);
    }
    unsettled--;
    await sleep(pauseMs);
  }
}

async function finish(): Promise<void> {
  over = true;
  const began = performance.now();
  await system.terminate().catch((error: unknown) => say(`not terminated ${codeOf(error)}`));
  const tookMs = performance.now() - began;
  await Promise.race([Promise.all(sending), sleep(askTimeoutMs)]);
  say(`terminated ${Math.round(tookMs)} ${unsettled}`);
  process.exit(0);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : `UNFORESEEN:${String(error)}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
