/** Makes calls of a child process on chosen files fail, by a library that is compiled from C and preloaded. */
import { execFile } from "node:child_process";
import { mkdir, rename } from "node:fs/promises";
import { platform } from "node:os";
import { dirname } from "node:path";
import { env, pid } from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { root } from "../support/project.ts";

/** Preloading, and the glibc whose insides the library knows. */
export const canFailDisks: boolean = platform() === "linux";

const source = fileURLToPath(new URL("test/crash/faults/disk-faults.c", root));
const library = fileURLToPath(new URL(".build/disk-faults.so", root));

/**
 * Compiles the library.
 *
 * @throws Error when there is no C compiler: what cannot be tried must not look as if it had passed
 */
export async function compileDiskFaults(): Promise<void> {
  await mkdir(dirname(library), { recursive: true });
  const unfinished = `${library}.${pid}`;
  const options = ["-shared", "-fPIC", "-O1", "-o", unfinished, source, "-ldl", "-lpthread"];
  try {
    await promisify(execFile)(env.CC ?? "cc", options);
  } catch (cause) {
    throw new Error("The tests of disk failures need a C compiler: apt-get install gcc libc6-dev, or set CC.", {
      cause,
    });
  }
  await rename(unfinished, library);
}

/** The environment of a process whose disk fails as the file `control` says; see disk-faults.c for its lines. */
export function failingDisk(control: string): NodeJS.ProcessEnv {
  return { ...env, LD_PRELOAD: library, REKINDLE_DISK_FAULTS: control };
}
