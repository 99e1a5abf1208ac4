/** `npm run crash-test -- --projections N`: as many kills of projectors as wanted, as a table. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProjectionRounds } from "./projection-rounds.js";

/** Whether every view was that of an uninterrupted projection. */
export async function reportProjections(kills: number, seed: number): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "rekindle-crash-"));
  const rounds = new ProjectionRounds(folder, seed);
  console.log(`seed ${seed}, ${kills} kills of projections, in ${folder}\n`);
  console.log("kill    events   behind (store, SQLite, process)   charges");
  try {
    for (let n = 1; n <= kills; n++) {
      const round = await rounds.next();
      const behind = round?.behind.join(", ") ?? "";
      console.log(
        `${String(n).padStart(4)} ${String(round?.events).padStart(9)}   ${behind.padEnd(32)} ${round?.charges}`,
      );
    }
    console.log(`\nboth views the same as uninterrupted ones, and no double charge, after each of ${kills} kills`);
    await rm(folder, { recursive: true });
    return true;
  } catch (error) {
    console.log(`\nDIFFERENT. The stores are kept: ${folder}`);
    console.log(error instanceof Error ? error.message : error);
    return false;
  }
}
