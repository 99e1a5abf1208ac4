/** Many damages as a table: what was damaged, how often, and what became of it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DamageTrials, type Outcome, type Trial } from "./damage-trials.js";

const outcomes: readonly Outcome[] = ["detected", "harmless", "silent", "crash"];

/** Prints the table. Resolves with whether no damage was silent, and none ended a process. */
export async function reportDamages(count: number, seed: number): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "rekindle-damage-"));
  const trials = new DamageTrials(folder, seed);
  const table = new Map<string, Record<Outcome, number>>();
  const bad: Trial[] = [];
  try {
    const events = await trials.prepare();
    console.log(`seed ${seed}, ${count} damages of a store of ${events} events\n`);
    for (let n = 0; n < count; n++) {
      const trial = await trials.run(n);
      const kind = kindOf(trial.damage);
      const row = table.get(kind) ?? { detected: 0, harmless: 0, silent: 0, crash: 0 };
      row[trial.outcome]++;
      table.set(kind, row);
      if (trial.outcome === "silent" || trial.outcome === "crash") {
        bad.push(trial);
        console.log(`${trial.outcome}, damage ${n}: ${trial.damage}\n  ${trial.detail}`);
      }
    }
  } finally {
    trials.close();
    await rm(folder, { recursive: true, force: true });
  }
  print(table);
  if (bad.length > 0) console.log(`\nagain with: npm run crash-test -- --seed ${seed} --damages ${count}`);
  return bad.length === 0;
}

/** The file without its number, and the damage without places. */
function kindOf(damage: string): string {
  return damage
    .replace(/^MANIFEST-\d+/, "MANIFEST")
    .replace(/^\d+\./, "*.")
    .replace(/: (bits flipped|cut off|zeros|noise|copied).*/, ": $1");
}

function print(table: ReadonlyMap<string, Record<Outcome, number>>): void {
  const sum: Record<Outcome, number> = { detected: 0, harmless: 0, silent: 0, crash: 0 };
  console.log("damage".padEnd(36) + outcomes.map((outcome) => outcome.padStart(10)).join(""));
  const line = (name: string, row: Record<Outcome, number>): void =>
    console.log(name.padEnd(36) + outcomes.map((outcome) => String(row[outcome]).padStart(10)).join(""));
  for (const [kind, row] of [...table].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    line(kind, row);
    for (const outcome of outcomes) sum[outcome] += row[outcome];
  }
  line("all", sum);
}
