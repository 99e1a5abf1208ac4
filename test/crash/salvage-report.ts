/** Many salvages of damaged stores as a table. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SalvageOutcome, SalvageTrials } from "./salvage-trials.js";

/** Prints the table. Resolves with whether every salvage did what it promises. */
export async function reportSalvages(count: number, seed: number): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "rekindle-salvage-"));
  const sum: Record<SalvageOutcome, number> = { whole: 0, noted: 0, prefix: 0, refused: 0, wrong: 0 };
  try {
    const trials = new SalvageTrials(folder, seed);
    const events = await trials.prepare();
    console.log(`seed ${seed}, ${count} salvages of a damaged store of ${events} events\n`);
    for (let n = 0; n < count; n++) {
      const { outcome, damage, detail } = await trials.run(n);
      sum[outcome]++;
      if (outcome === "wrong") console.log(`salvage ${n}: ${damage}\n  ${detail}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const [outcome, trials] of Object.entries(sum)) console.log(outcome.padEnd(12) + String(trials).padStart(8));
  console.log(`\nagain with: npm run crash-test -- --seed ${seed} --salvages ${count}`);
  return sum.wrong === 0;
}
