/**
 * `npm run bench`: each figure beside its ceiling, measured in the same run and in turn with it.
 * Options: `--rounds N` (default 5), `--json`.
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { durableAsks, recoveryRate } from "./entity-workloads.js";
import { inFreshFolder, median } from "./measure.js";
import { chainedBatches, iterateAndParse, sequentialPuts } from "./raw-ceiling.js";

interface Row {
  readonly name: string;
  readonly ceiling: string;
  readonly measure: () => Promise<{ rate: number; ceiling: number }>;
}

const hotEvents = 200_000;
const spreadEvents = 100_000;
const sequentialEvents = 2_000;

async function both(
  ours: (folder: string) => Promise<number>,
  raw: (folder: string) => Promise<number>,
): Promise<{ rate: number; ceiling: number }> {
  return { ceiling: await inFreshFolder(raw), rate: await inFreshFolder(ours) };
}

const batches = "chained synced batches of 1,000 puts";
const rows: readonly Row[] = [
  {
    name: "1 entity, 4,096 asks in flight",
    ceiling: batches,
    measure: () =>
      both(
        (f) => durableAsks(f, hotEvents, 1, 4_096),
        (f) => chainedBatches(f, hotEvents),
      ),
  },
  {
    name: "1 entity, 256 asks in flight",
    ceiling: batches,
    measure: () =>
      both(
        (f) => durableAsks(f, hotEvents, 1, 256),
        (f) => chainedBatches(f, hotEvents),
      ),
  },
  {
    name: "1,000 entities, 4,096 asks in flight",
    ceiling: batches,
    measure: () =>
      both(
        (f) => durableAsks(f, spreadEvents, 1_000, 4_096),
        (f) => chainedBatches(f, spreadEvents),
      ),
  },
  {
    name: "1,000 entities, 256 asks in flight",
    ceiling: batches,
    measure: () =>
      both(
        (f) => durableAsks(f, spreadEvents, 1_000, 256),
        (f) => chainedBatches(f, spreadEvents),
      ),
  },
  {
    name: "1 entity, one ask after the other",
    ceiling: "synced puts, one after the other",
    measure: () =>
      both(
        (f) => durableAsks(f, sequentialEvents, 1, 1),
        (f) => sequentialPuts(f, sequentialEvents),
      ),
  },
  {
    name: "recovery of one entity",
    ceiling: "iterate and parse the same bytes",
    measure: () =>
      both(
        async (folder) => {
          await durableAsks(folder, hotEvents, 1, 4_096);
          return recoveryRate(folder, hotEvents);
        },
        async (folder) => {
          await chainedBatches(folder, hotEvents);
          return iterateAndParse(folder, hotEvents);
        },
      ),
  },
];

interface Result {
  readonly workload: string;
  readonly perSecond: number;
  readonly ceiling: string;
  readonly ceilingPerSecond: number;
  /** Of the medians. */
  readonly ratio: number;
  readonly ratioMin: number;
  readonly ratioMax: number;
}

async function measureRow({ name, ceiling, measure }: Row, rounds: number): Promise<Result> {
  const measured: { rate: number; ceiling: number }[] = [];
  for (let round = 1; round <= rounds; round++) {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${name}: round ${round} of ${rounds}`);
    measured.push(await measure());
  }
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  const rate = median(measured.map((m) => m.rate));
  const ceilingRate = median(measured.map((m) => m.ceiling));
  const ratios = measured.map((m) => m.rate / m.ceiling);
  return {
    workload: name,
    perSecond: Math.round(rate),
    ceiling,
    ceilingPerSecond: Math.round(ceilingRate),
    ratio: rate / ceilingRate,
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
  };
}

const columns = (name: string, ours: string, ceiling: string, ratio: string): string =>
  `${name.padEnd(37)} ${ours.padStart(9)} ${ceiling.padStart(9)}  ${ratio}`;

function print(result: Result): void {
  const count = (n: number): string => n.toLocaleString("en-US");
  const ratio = `${result.ratio.toFixed(2)} (${result.ratioMin.toFixed(2)}–${result.ratioMax.toFixed(2)})`;
  console.log(columns(result.workload, count(result.perSecond), count(result.ceilingPerSecond), ratio));
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" }, json: { type: "boolean" } } });
  const rounds = Number(values.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new TypeError("--rounds takes a whole number from 1");
  const results: Result[] = [];
  if (!values.json)
    console.log(columns("durable commands, events, per second", "rekindle", "ceiling", "ratio (spread)"));
  for (const row of rows) {
    const result = await measureRow(row, rounds);
    results.push(result);
    if (!values.json) print(result);
  }
  if (!values.json) {
    console.log(`\nMedians of ${rounds} rounds, ours and the ceiling in turn. The ceiling is`);
    for (const ceiling of new Set(results.map((result) => result.ceiling))) {
      const names = results.filter((result) => result.ceiling === ceiling).map((result) => result.workload);
      console.log(`  ${ceiling}\n    for ${names.join("; ")}`);
    }
  } else console.log(JSON.stringify({ node: process.version, rounds, results }, null, 2));
}

await main();
