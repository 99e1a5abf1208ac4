/** Runs a trial in a process of its own, so that no trial pays for the heap or the code of another. */
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

/**
 * @param store the folder that it writes to or reads from
 * @throws Error with what the process had to say when it failed
 */
export async function runTrial(
  trial: Trial,
  store: string,
  environment: TrialSurroundings["environment"],
): Promise<Figures> {
  const child = spawn(process.execPath, [program, JSON.stringify(trial), store], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  const [output, complaints, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (code !== 0) throw new Error(errorIn(complaints) ?? `the trial ended with ${code}`);
  return JSON.parse(output.trim().split("\n").at(-1) ?? "");
}

/** A place for a store that is removed after the work. */
export async function withStoreIn<T>(folder: string, work: (store: string) => Promise<T>): Promise<T> {
  const own = await mkdtemp(join(folder, "rekindle-bench-"));
  try {
    return await work(join(own, "store"));
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** Node prints an error between the line that threw it and its stack. */
function errorIn(complaints: string): string | undefined {
  return /^\[?\w*Error\b.*$/m.exec(complaints)?.[0] ?? complaints.trim().split("\n")[0];
}
