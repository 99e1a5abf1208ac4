/** Runs the command `rekindle` as a process. */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runCli(...args: readonly string[]): Promise<CliResult> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/** Ends reading after the first bytes. */
export function runCliUnread(...args: readonly string[]): Promise<CliResult> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  child.stdout.once("data", () => child.stdout.destroy());
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  return new Promise((resolve) => {
    child.once("exit", (status) => resolve({ status, stdout: "", stderr }));
  });
}
