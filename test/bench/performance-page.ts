/** What of docs/performance.md a run says: everything between the markers is made here. */
import { type BenchRun, wasBusy } from "./bench-run.ts";
import type { RowResult } from "./result.ts";
import { profileTable, type RowProfile } from "./row-profile.ts";
import { table } from "./table.ts";

/** Everything that is stored in test/bench/reference. */
export interface Reference {
  readonly disk: BenchRun;
  /** The same with a delay of each flush. */
  readonly slowDisk: BenchRun;
  /** Growth to the end: the whole of the row that the run on the disk does a tenth of. */
  readonly growth: BenchRun;
  readonly profiles: readonly RowProfile[];
}

const fence = "```";

/** @returns the page with fresh parts between `<!-- name -->` and `<!-- /name -->` */
export function performancePage(page: string, { disk, slowDisk, growth, profiles }: Reference): string {
  const parts: Readonly<Record<string, string>> = {
    machine: machineOf(disk),
    targets: targetsOf(disk.rows),
    rows: block(disk.rows.map(table)),
    "slow-rows": block(slowDisk.rows.map(table)),
    "growth-rows": block(growth.rows.map(table)),
    profiles: block(profiles.map(profileTable)),
  };
  return Object.entries(parts).reduce((text, [name, part]) => replaced(text, name, part), page);
}

function replaced(page: string, name: string, part: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\n).*?(<!-- /${name} -->)`, "s");
  if (!pattern.test(page)) throw new Error(`docs/performance.md has no place for ${name}`);
  return page.replace(pattern, (_match, begin: string, end: string) => `${begin}\n${part}\n\n${end}`);
}

function machineOf(run: BenchRun): string {
  const { machine, versions, startedAt, rounds, options } = run;
  const { cpu, cores, memoryGiB, system, fileSystem, loadBefore } = machine;
  const load = loadBefore.toFixed(1);
  const busy = wasBusy(run)
    ? `\n\n**Provisional.** Others used the machine: ${load} processes wanted one of its ${cores} cores when the run began. Ratios within a
row suffer alike, and still say something; rates say little. To be repeated on an idle machine.`
    : "";
  return `${startedAt.slice(0, 10)}, ${rounds} rounds, ${["npm run bench", ...(options.length > 0 ? ["--", ...options] : [])].join(" ")}

- ${cpu}, ${cores} cores, ${memoryGiB} GiB; ${system}; ${fileSystem}
- ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}${busy}`;
}

function targetsOf(rows: readonly RowResult[]): string {
  const lines = rows.flatMap(({ id, title, targets }) =>
    targets.map(({ text, ratio, verdict }) => {
      const measured = ratio ? `${short(ratio.median)} (${short(ratio.min)} – ${short(ratio.max)})` : "–";
      return `| ${id} | ${title} | ${text} | ${measured} | ${verdict === "missed" ? "**missed**" : verdict} |`;
    }),
  );
  return ["| | workload | target | measured | |", "|---|---|---|---|---|", ...lines].join("\n");
}

function short(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}

function block(tables: readonly string[]): string {
  return `${fence}text\n${tables.join("\n").trimEnd()}\n${fence}`;
}
