/** `npm run crash-test [-- --rounds N --damages N --outages N --salvages N --projections N --checkouts N --seed N]`: as many kills, damages of a closed store, random outages, salvages, or kills of projections or checkouts as wanted, as a table. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { reportCheckouts } from "./checkout-report.js";
import { CrashRounds } from "./crash-rounds.js";
import { reportDamages } from "./damage-report.js";
import { reportProjections } from "./projection-report.js";
import { reportSalvages } from "./salvage-report.js";
import { reportOutages } from "./storm-report.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    damages: { type: "string", default: "0" },
    outages: { type: "string", default: "0" },
    salvages: { type: "string", default: "0" },
    projections: { type: "string", default: "0" },
    checkouts: { type: "string", default: "0" },
    seed: { type: "string", default: String(Date.now() % 1e9) },
  },
});
const damages = wholeNumber(values.damages, "--damages");
const outages = wholeNumber(values.outages, "--outages");
const salvages = wholeNumber(values.salvages, "--salvages");
const projections = wholeNumber(values.projections, "--projections");
const checkouts = wholeNumber(values.checkouts, "--checkouts");
const rounds = wholeNumber(values.rounds, "--rounds");
const seed = wholeNumber(values.seed, "--seed");
if (damages > 0) process.exit((await reportDamages(damages, seed)) ? 0 : 1);
if (outages > 0) process.exit((await reportOutages(outages, seed)) ? 0 : 1);
if (salvages > 0) process.exit((await reportSalvages(salvages, seed)) ? 0 : 1);
if (projections > 0) process.exit((await reportProjections(projections, seed)) ? 0 : 1);
if (checkouts > 0) process.exit((await reportCheckouts(checkouts)) ? 0 : 1);
const folder = await mkdtemp(join(tmpdir(), "rekindle-crash-"));
const crashes = new CrashRounds(folder, seed);

console.log(`seed ${seed}, ${rounds} rounds, store ${folder}\n`);
console.log(row("round", "killed", "acknowledged", "unanswered", "events", "snapshots", "ms"));
try {
  let acknowledged = 0;
  for (let n = 0; n < rounds; n++) {
    const each = await crashes.next();
    acknowledged += each.acknowledged;
    const { round, moment, unanswered, events, fromSnapshot, tookMs } = each;
    console.log(row(round, moment, each.acknowledged, unanswered, events, fromSnapshot, Math.round(tookMs)));
  }
  console.log(`\nnothing lost: ${acknowledged} answers, ${rounds} kills`);
  await rm(folder, { recursive: true });
} catch (error) {
  console.log(`\nLOST. The store is kept: ${folder}`);
  console.log(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** The columns: answers of the round, events of it that were stored without one, all events, carts that came from a snapshot. */
function row(round: unknown, moment: string, ...numbers: unknown[]): string {
  const columns = [12, 10, 8, 9, 6].map((width, at) => String(numbers[at] ?? "").padStart(width));
  return `${String(round).padStart(5)} ${moment.padEnd(32)}${columns.join(" ")}`;
}

function wholeNumber(text: string, name: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`${name} must be a whole number, not ${text}`);
  process.exit(2);
}
