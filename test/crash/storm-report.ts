/** Many plans of random outages as a table: how the writers ended, what was noticed, and whether anything is not as it was acknowledged. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { compileDiskFaults } from "../level/disk-faults.ts";
import { OutageStorm } from "./outage-storm.js";

/** So many plans share a store; then comes a new one, so that creations fail, too. */
const plansPerStore = 20;

interface Row {
  plans: number;
  detected: number;
  harmless: number;
  silent: number;
  acknowledged: number;
  refused: number;
}

/** Prints the table. Resolves with whether every plan went well. */
export async function reportOutages(count: number, seed: number): Promise<boolean> {
  await compileDiskFaults();
  const table = new Map<string, Row>();
  let bad = 0;
  let folder = "";
  let storm: OutageStorm | undefined;
  console.log(`seed ${seed}, ${count} plans of random outages\n`);
  for (let n = 0; n < count && bad === 0; n++) {
    if (!storm || n % plansPerStore === 0) {
      if (folder !== "") await rm(folder, { recursive: true });
      folder = await mkdtemp(join(tmpdir(), "rekindle-storm-"));
      storm = new OutageStorm(folder, seed);
    }
    const report = await storm.run(n);
    const row = table.get(report.plan.end) ?? newRow();
    table.set(report.plan.end, row);
    row.plans++;
    if (report.faults.length > 0) row.silent++;
    else if (report.noticed > 0) row.detected++;
    else row.harmless++;
    row.acknowledged += report.acknowledged;
    row.refused += report.refused;
    if (process.stderr.isTTY) process.stderr.write(`\r${n + 1} of ${count}`);
    if (report.faults.length === 0) continue;
    bad++;
    console.log(`plan ${n}: ${JSON.stringify(report.plan)}\n${report.faults.slice(0, 20).join("\n")}\n`);
  }
  if (bad === 0) await rm(folder, { recursive: true, force: true });
  else console.log(`The store is kept: ${folder}`);
  print(table);
  console.log(`\nagain with: npm run crash-test -- --seed ${seed} --outages ${count}`);
  return bad === 0;
}

function newRow(): Row {
  return { plans: 0, detected: 0, harmless: 0, silent: 0, acknowledged: 0, refused: 0 };
}

const titles = ["plans", "detected", "harmless", "silent", "acknowledged", "refused"] as const;

function print(table: ReadonlyMap<string, Row>): void {
  const sum = newRow();
  console.log("the writer's end".padEnd(24) + titles.map((title) => title.padStart(13)).join(""));
  const line = (name: string, row: Row): void =>
    console.log(name.padEnd(24) + titles.map((title) => String(row[title]).padStart(13)).join(""));
  for (const [end, row] of table) {
    line(end, row);
    for (const title of titles) sum[title] += row[title];
  }
  line("all", sum);
}
