/** Runs a trial in a process and a folder of its own, so that no trial pays for the heap, the code or the files of another. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Figures } from "./figures.ts";
import type { Trial } from "./workloads.ts";

/** Where and how trials run. */
export interface TrialSurroundings {
  /** In which stores are made, on the disk that is measured. */
  readonly folder: string;
  /** Added to the environment, such as a preloaded library. */
  readonly environment: Readonly<Record<string, string>>;
}

const program = fileURLToPath(new URL("trial-process.js", import.meta.url));

/** @throws Error with what the process had to say when it failed */
export async function runTrial(trial: Trial, { folder, environment }: TrialSurroundings): Promise<Figures> {
  const own = await mkdtemp(join(folder, "rekindle-bench-"));
  try {
    const child = spawn(process.execPath, ["--expose-gc", program, JSON.stringify(trial), join(own, "store")], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [output, complaints, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    if (code !== 0) throw new Error(complaints.trim() || `the trial ended with ${code}`);
    return JSON.parse(output.trim().split("\n").at(-1) ?? "");
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}
