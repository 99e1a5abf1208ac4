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
  const kills = new Map<string, number>();
  const points = new Map<string, number>();
  const writes = new Map<string, number>();
  for (const plan of plans) {
    const { kind, again } = plan;
    const took = await live(folder, plan);
    if (took === undefined) add(again ? kills : points, kind);
    else if (!again) writes.set(kind, Math.max(writes.get(kind) ?? 0, took));
  }
  const { paid, refunded, open, faults } = await audit(folder, plans);
  console.log(row("a checkout that is", "writes", "killed at them", "killed going on"));
  for (const kind of kinds) console.log(row(kind, writes.get(kind), points.get(kind), kills.get(kind)));
  console.log(`\n${lives} carts: ${paid} paid, ${refunded} refunded, ${open} open`);
  for (const fault of faults) console.log(fault);
  console.log(
    faults.length === 0 ? "every cart was charged once or not at all" : `WRONG. The store is kept: ${folder}`,
  );
  if (faults.length === 0) await rm(folder, { recursive: true });
  return faults.length === 0;
}

function add(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

function row(kind: string, ...columns: readonly (string | number | undefined)[]): string {
  return kind.padEnd(26) + columns.map((column) => String(column ?? "-").padStart(16)).join("");
}
