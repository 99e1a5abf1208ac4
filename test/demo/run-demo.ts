/** The demo as a user runs it: a process, its output, its exit code. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { root } from "../support/project.js";

export interface DemoEnd {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The path of a sample script. */
export function sample(name: string): string {
  return fileURLToPath(new URL(`data/carts/${name}.jsonl`, root));
}

/** Runs `file`, by default the demo, in the folder `cwd`. */
export async function runDemo(
  cwd: string,
  args: readonly string[] = [],
  file: URL = new URL("dist/demo/main.js", root),
): Promise<DemoEnd> {
  const child = spawn(process.execPath, [fileURLToPath(file), ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code] = await once(child, "close");
  return { code, out, err };
}
