/** A disk whose flushes take longer, by a library that is compiled from C and preloaded into the trials. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { platform } from "node:os";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { root } from "../support/project.ts";

const source = fileURLToPath(new URL("test/bench/flush-delay.c", root));
const library = fileURLToPath(new URL(".build/flush-delay.so", root));
const usPerMs = 1_000;

/**
 * The environment of a process whose every flush takes so much longer.
 *
 * @throws Error where there is no Linux or no C compiler
 */
export async function flushDelay(delayMs: number): Promise<Record<string, string>> {
  if (platform() !== "linux") throw new Error("--flush-delay preloads a library, which works on Linux only");
  await mkdir(fileURLToPath(new URL(".build/", root)), { recursive: true });
  try {
    await promisify(execFile)(env.CC ?? "cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);
  } catch (cause) {
    throw new Error("--flush-delay needs a C compiler: apt-get install gcc libc6-dev, or set CC", { cause });
  }
  return { LD_PRELOAD: library, REKINDLE_FLUSH_DELAY_US: String(delayMs * usPerMs) };
}
