/** `npm run bench`: each figure beside its ceiling and its rivals, measured in the same run and in turn with them. */
import { writeFile } from "node:fs/promises";
import process from "node:process";
import { type BenchOptions, benchOptions, usage } from "./bench-options.ts";
import { flushDelay } from "./flush-delay.ts";
import { machine, versions } from "./machine.ts";
import { profileOf } from "./print-profile.ts";
import type { RowResult } from "./result.ts";
import { installRivals } from "./rivals/rival-package.ts";
import type { Row } from "./rows/row.ts";
import { growingEntitiesOfAll, quickScale, wholeScale } from "./rows/scale.ts";
import { allRows, chosenRows } from "./rows.ts";
import { runRow } from "./run-row.ts";
import { table } from "./table.ts";

/** Over what it wrote before, in a terminal; a log gets no progress. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}

function rowsFor({ rows: ids, quick, full, rivals }: BenchOptions): readonly Row[] {
  const scale = quick ? quickScale : wholeScale;
  const all = allRows(full ? { ...scale, growingEntities: growingEntitiesOfAll } : scale);
  const chosen = ids ? chosenRows(all, ids) : all;
  return rivals
    ? chosen
    : chosen.map((row) => ({ ...row, subjects: row.subjects.filter(({ role }) => role !== "rival") }));
}

async function main(): Promise<void> {
  const options = benchOptions(process.argv.slice(2));
  if (options.help) return console.log(usage);
  const rows = rowsFor(options);
  if (options.profile !== undefined) {
    for (const row of rows) console.log(await profileOf(row, options.folder));
    return;
  }
  if (options.rivals) installRivals((line) => console.error(line));
  const { rounds, folder, flushDelayMs, json } = options;
  const environment = flushDelayMs > 0 ? await flushDelay(flushDelayMs) : {};
  const header = { startedAt: new Date().toISOString(), rounds, flushDelayMs, quick: options.quick };
  const surroundings = { machine: await machine(folder), versions: versions() };
  const results: RowResult[] = [];
  for (const row of rows) {
    const result = await runRow(row, rounds, { folder, environment }, progress);
    progress("");
    results.push(result);
    if (json !== "-") console.log(table(result));
  }
  const everything = `${JSON.stringify({ ...header, ...surroundings, rows: results }, null, 2)}\n`;
  if (json === "-") process.stdout.write(everything);
  else if (json !== undefined) await writeFile(json, everything);
  if (json !== "-") console.log(legend(rounds));
  if (results.some(({ subjects }) => subjects.some(({ failure }) => failure !== undefined))) process.exitCode = 1;
}

function legend(rounds: number): string {
  return `Medians of ${rounds === 1 ? "1 round" : `${rounds} rounds`}, everybody in turn. * rekindle, ^ a ceiling: nothing around LevelDB.
"ours ×": rekindle's median divided by this one. A target's ratio is of the medians, its spread that of the rounds.`;
}

await main();
