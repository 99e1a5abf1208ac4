/**
 * `npm run bench:rules [-- --rounds N]`: what the rules of durability cost. The real store and the one without rules take the same load in
 * turn, each in a process of its own, and which of them comes first alternates.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inFreshFolder, median } from "./measure.js";
import type { LoadReport, LoadRequest } from "./rule-cost-load.js";

const load = fileURLToPath(new URL("./rule-cost-load.js", import.meta.url));
const inFlight = 4_096;
const workloads = [
  { name: "1 entity, 4,096 asks in flight", entities: 1, commands: 300_000 },
  { name: "1,000 entities, 4,096 asks in flight", entities: 1_000, commands: 200_000 },
];

function measure(request: Omit<LoadRequest, "folder">): Promise<LoadReport> {
  return inFreshFolder(async (folder) => {
    const child = fork(load, [JSON.stringify({ ...request, folder })]);
    const exit = once(child, "exit");
    const [report]: [LoadReport] = (await Promise.race([
      once(child, "message"),
      exit.then((how) => Promise.reject(new Error(`the load ended: ${how.join(" ")}`))),
    ])) as [LoadReport];
    await exit;
    return report;
  });
}

const columns = (name: string, ...texts: string[]): string =>
  [name.padEnd(38), ...texts.map((text) => text.padStart(12))].join("");
const count = (n: number): string => Math.round(n).toLocaleString("en-US");
const percent = (ratio: number): string => `${(100 * (1 - ratio)).toFixed(1)} %`;

const { values } = parseArgs({ options: { rounds: { type: "string", default: "7" } } });
const rounds = Number(values.rounds);
if (!Number.isSafeInteger(rounds) || rounds < 1) throw new TypeError("--rounds takes a whole number from 1");

console.log(columns("durable commands per second", "with rules", "without", "cost", "min", "max", "cost in CPU"));
for (const { name, entities, commands } of workloads) {
  const pairs: { readonly real: LoadReport; readonly bare: LoadReport }[] = [];
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? ([true, false] as const) : ([false, true] as const);
    const reports = new Map<boolean, LoadReport>();
    for (const rules of order) reports.set(rules, await measure({ rules, entities, commands, inFlight }));
    const [real, bare] = [reports.get(true), reports.get(false)];
    if (real && bare) pairs.push({ real, bare });
  }
  const ratios = pairs.map(({ real, bare }) => real.perSecond / bare.perSecond).sort((one, other) => other - one);
  const cpu = median(pairs.map(({ real, bare }) => bare.cpuMicros / real.cpuMicros));
  console.log(
    columns(
      name,
      count(median(pairs.map(({ real }) => real.perSecond))),
      count(median(pairs.map(({ bare }) => bare.perSecond))),
      ...[median(ratios), ratios[0] ?? 1, ratios.at(-1) ?? 1].map(percent),
      `${(100 * (1 / cpu - 1)).toFixed(1)} %`,
    ),
  );
}
console.log(
  `\nMedians of ${rounds} rounds; the cost is that of the median pair, with the smallest and the largest of all pairs.`,
);
process.exitCode = 0;
