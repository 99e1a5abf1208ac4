/** Many kills in the middle of checkouts, as a table. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kinds, planOf } from "./checkout-plan.js";
import { audit, live } from "./checkout-rounds.js";

/** Lives `lives` times on one store. True when every cart was charged once or not at all. */
export async function reportCheckouts(lives: number): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "rekindle-checkouts-"));
  const plans = Array.from({ length: lives }, (_, life) => planOf(life));
  const killed = new Map<string, number>();
  const longest = new Map<string, number>();
  for (const plan of plans) {
    const { kind, again } = plan;
    const steps = await live(folder, plan);
    if (steps === undefined) killed.set(kind, (killed.get(kind) ?? 0) + 1);
    else if (!again) longest.set(kind, Math.max(longest.get(kind) ?? 0, steps));
  }
  const { paid, refunded, open, faults } = await audit(folder, plans);
  console.log(`checkouts that end, undisturbed,      kills      writes of the longest`);
  for (const kind of kinds)
    console.log(`${kind.padEnd(34)} ${String(killed.get(kind) ?? 0).padStart(8)} ${longest.get(kind) ?? "-"}`);
  console.log(`\n${lives} carts: ${paid} paid, ${refunded} refunded, ${open} open`);
  for (const fault of faults) console.log(fault);
  console.log(
    faults.length === 0 ? "every cart was charged once or not at all" : `WRONG. The store is kept: ${folder}`,
  );
  if (faults.length === 0) await rm(folder, { recursive: true });
  return faults.length === 0;
}
