/** `npm run bench`: each figure beside its ceiling and its rivals, measured in the same run and in turn with them. */
import { writeFile } from "node:fs/promises";
import process from "node:process";
import { type BenchOptions, benchOptions, usage } from "./bench-options.ts";
import type { BenchRun } from "./bench-run.ts";
import { flushDelay } from "./flush-delay.ts";
import { machine, versions } from "./machine.ts";
import type { RowResult } from "./result.ts";
import { installRivals } from "./rivals/rival-package.ts";
import { profileTable, type RowProfile, rowProfile } from "./row-profile.ts";
import type { Row } from "./rows/row.ts";
import { rowsFor } from "./rows-for.ts";
import { runRow } from "./run-row.ts";
import { table } from "./table.ts";

/** Over what it wrote before, in a terminal; a log gets no progress. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}

/** @param result everything so far: a run that is stopped leaves what it has */
async function store(json: string | undefined, result: unknown): Promise<void> {
  if (json !== undefined && json !== "-") await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
}

async function profile(rows: readonly Row[], { folder, json }: BenchOptions): Promise<void> {
  const profiles: RowProfile[] = [];
  for (const row of rows) {
    progress(`row ${row.id}: profile`);
    const result = await rowProfile(row, folder);
    progress("");
    profiles.push(result);
    await store(json, profiles);
    if (json !== "-") console.log(profileTable(result));
  }
  if (json === "-") console.log(JSON.stringify(profiles, null, 2));
  else console.log("The profiles themselves, for a viewer: .build/profile-ROW.cpuprofile");
}

async function measure(rows: readonly Row[], options: BenchOptions): Promise<void> {
  if (options.rivals) installRivals((line) => console.error(line));
  const { rounds, folder, flushDelayMs, json, given } = options;
  const environment = flushDelayMs > 0 ? await flushDelay(flushDelayMs) : {};
  const results: RowResult[] = [];
  const run: BenchRun = {
    options: given,
    startedAt: new Date().toISOString(),
    rounds,
    flushDelayMs,
    machine: await machine(folder),
    versions: versions(),
    rows: results,
  };
  for (const row of rows) {
    const result = await runRow(row, rounds, { folder, environment }, progress);
    progress("");
    results.push(result);
    await store(json, run);
    if (json !== "-") console.log(table(result));
  }
  if (json === "-") console.log(JSON.stringify(run, null, 2));
  else console.log(legend(rounds));
  const subjects = results.flatMap((result) => result.subjects);
  // What becomes of a rival is its own business, and in the table.
  if (subjects.some(({ role, failure }) => role !== "rival" && failure !== undefined)) process.exitCode = 1;
}

function legend(rounds: number): string {
  return `Medians of ${rounds === 1 ? "1 round" : `${rounds} rounds`}, everybody in turn. * rekindle, ^ a ceiling: nothing around LevelDB.
"ours ×": rekindle's median divided by this one. A target's ratio is of the medians, its spread that of the rounds.`;
}

const options = benchOptions(process.argv.slice(2));
if (options.help) console.log(usage);
else await (options.profile === undefined ? measure : profile)(rowsFor(options), options);
