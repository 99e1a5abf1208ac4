/** A program that purges a stream once under each rule, by which one call beneath it fails: `node purge-program.js FOLDER CONTROL RULE…`. */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process, { argv } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { levelStorage } from "rekindle/level";
import { systemClock } from "#src/clock.js";
import type { OpenStorage } from "#src/storage/storage.js";
import { added, addedMany, collect, request } from "./store-fixture.ts";

/** What became of one purge. */
export interface PurgeReport {
  /** The rule by which a call failed. */
  readonly rule: string;
  /** The code of its error; empty when it succeeded. */
  readonly code: string;
  readonly warnings: number;
  readonly failures: number;
  /** What is wrong afterwards. */
  readonly faults: readonly string[];
}

const id = "cart|1";
const patienceMs = 10_000;
const [, , folder = "", control = "", ...rules] = argv;

function setRule(rule: string): void {
  writeFileSync(`${control}.new`, rule);
  renameSync(`${control}.new`, control);
}

async function filled(
  location: string,
  told: { warnings: number; failures: number; recoveries: number },
): Promise<OpenStorage> {
  const store = await levelStorage(location).open({
    clock: systemClock,
    onFailure: () => told.failures++,
    onRecovered: () => told.recoveries++,
    onWarning: () => told.warnings++,
  });
  await store.journal.append(request("cart|2", 1, added(1)));
  await store.journal.append(request(id, 1, ...addedMany(1, 3)));
  await store.snapshots.save({ persistenceId: id, sequenceNr: 3, schemaVersion: 1, state: "{}" });
  return store;
}

async function faultsOf({ journal, snapshots, maintenance }: OpenStorage): Promise<string[]> {
  const faults = (await maintenance.verify()).faults.map(({ where, problem }) => `${where}: ${problem}`);
  if ((await collect(journal.read(id))).length > 0) faults.push("events are left");
  if (await snapshots.load(id)) faults.push("a snapshot is left");
  if ((await journal.purgedTo(id)) !== 3) faults.push("it is not known that the stream was purged");
  await journal.append(request(id, 4, added(4))).catch((error: unknown) => faults.push(`no event follows: ${error}`));
  if ((await collect(journal.read("cart|2"))).length !== 1) faults.push("another stream is not as it was");
  return faults;
}

async function purgeUnder(rule: string, location: string): Promise<PurgeReport> {
  const told = { warnings: 0, failures: 0, recoveries: 0 };
  const store = await filled(location, told);
  setRule(rule);
  let code = "";
  await store.maintenance.purge(id).catch((error: unknown) => {
    code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  });
  const { warnings } = told;
  setRule("");
  const end = performance.now() + patienceMs;
  while (told.recoveries < told.failures && performance.now() < end) await sleep(10);
  // What failed may be stored or not; whoever was told repeats it.
  if (code !== "") await store.maintenance.purge(id);
  const faults = await faultsOf(store);
  await store.close();
  return { rule, code, warnings, failures: told.failures, faults };
}

const reports: PurgeReport[] = [];
for (const rule of rules) reports.push(await purgeUnder(rule, join(folder, String(reports.length))));
process.send?.(reports);
process.disconnect();
