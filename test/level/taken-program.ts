/**
 * A program whose store another process takes during an outage: `node taken-program.js FOLDER CONTROL`. It says `ill` when a write has failed
 * and the store cannot be opened anew; is told `taken` when another process has it; says what its own attempts find then; is told `free`.
 * Afterwards its disk falls ill for good, and an actor system on the store is terminated.
 */
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import process, { argv } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { ActorSystem, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";
import { systemClock } from "#src/clock.js";
import { added, collect, request } from "./store-fixture.ts";

/** What the program saw. */
export interface TakenReport {
  /** The code of an append while another process had the store. */
  readonly whileTaken: string;
  /** The numbers in the stream once the store was back. */
  readonly afterwards: readonly number[];
  /** What the host was told, in order. */
  readonly told: readonly string[];
  readonly terminateMs: number;
  /** How the asks ended that were under way when the system was terminated in an outage; empty when they never did. */
  readonly askCodes: readonly string[];
}

const id = "cart|1";
const patienceMs = 10_000;
const [, , folder = "", control = ""] = argv;

function setRules(...rules: string[]): void {
  writeFileSync(`${control}.new`, rules.join("\n"));
  renameSync(`${control}.new`, control);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

async function codeOfAppend(store: Store, sequenceNr: number): Promise<string> {
  return store.journal.append(request(id, sequenceNr, added(sequenceNr))).then(() => "", codeOf);
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error("not in time");
    await sleep(10);
  }
}

type Store = Awaited<ReturnType<ReturnType<typeof levelStorage>["open"]>>;

async function lookOnWhileTaken(): Promise<Pick<TakenReport, "whileTaken" | "afterwards" | "told">> {
  const told: string[] = [];
  const store = await levelStorage(folder).open({
    clock: systemClock,
    onFailure: (error) => told.push(codeOf(error)),
    onRecovered: () => told.push("recovered"),
  });
  await store.journal.append(request(id, 1, added(1)));
  setRules("write EIO .log 0 1", "open EIO CURRENT 0 0");
  await codeOfAppend(store, 2);
  process.send?.("ill");
  await once(process, "message");
  setRules();
  let whileTaken = "";
  await until(async () => {
    whileTaken = await codeOfAppend(store, 2);
    return whileTaken === "STORAGE_LOCKED";
  });
  process.send?.("seen");
  await once(process, "message");
  await until(() => told.includes("recovered"));
  const events = await collect(store.journal.read(id));
  await store.journal.append(request(id, events.length + 1, added(events.length + 1)));
  const afterwards = (await collect(store.journal.read(id))).map(({ sequenceNr }) => sequenceNr);
  await store.close();
  return { whileTaken, afterwards, told };
}

async function terminateWhileIll(): Promise<Pick<TakenReport, "terminateMs" | "askCodes">> {
  const counter = eventSourced<{ type: "Note" }, { type: "Noted" }, number>({
    entityType: "counter",
    emptyState: 0,
    commandHandler: (_count, command, { effect }) =>
      effect.persist({ type: "Noted" }).thenReply(command, (count) => count),
    eventHandler: (count) => count + 1,
  });
  const system = await ActorSystem.create("ill", { storage: levelStorage(folder), terminateGraceMs: 300 });
  const refs = [1, 2, 3].map((n) => system.entityRef(counter, String(n)));
  await Promise.all(refs.map((ref) => ref.ask({ type: "Note" })));
  setRules("write EIO /", "sync EIO /");
  const askCodes: string[] = [];
  const ask = (ref: (typeof refs)[number]): Promise<unknown> =>
    ref.ask({ type: "Note" }, { timeoutMs: 60_000 }).catch((error: unknown) => askCodes.push(codeOf(error)));
  await Promise.all(refs.map(ask));
  // These wait for the end of the outage, which does not come.
  const waiting = refs.map(ask);
  await sleep(50);
  const began = performance.now();
  await system.terminate();
  const terminateMs = performance.now() - began;
  await Promise.race([Promise.all(waiting), sleep(1_000)]);
  return { terminateMs, askCodes };
}

process.send?.({ ...(await lookOnWhileTaken()), ...(await terminateWhileIll()) });
process.disconnect();
