/** What a run was measured on. */
import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import process from "node:process";
import { root } from "../support/project.ts";
import { rivalVersions } from "./rivals/rival-package.ts";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly fileSystem: string;
  /** Processes that wanted a core in the minute before the run. */
  readonly loadBefore: number;
}

const gib = 2 ** 30;
const fileSystems: Readonly<Record<number, string>> = {
  61267: "ext4",
  1481003842: "xfs",
  2435016766: "btrfs",
  16914836: "tmpfs",
  2035054128: "overlay",
};

export async function machine(folder: string): Promise<Machine> {
  const { type: kind } = await statfs(folder);
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / gib),
    system: `${type()} ${release().split("-")[0]} ${process.arch}`,
    fileSystem: fileSystems[kind] ?? `0x${kind.toString(16)}`,
    loadBefore: loadavg()[0] ?? 0,
  };
}

export function versions(): Record<string, string> {
  const ours = ["rekindle", "level", "nact", "rxjs"].map((name) => {
    const url =
      name === "rekindle" ? new URL("package.json", root) : new URL(`node_modules/${name}/package.json`, root);
    return [name, JSON.parse(readFileSync(url, "utf8")).version];
  });
  return { node: process.versions.node, v8: process.versions.v8, ...Object.fromEntries(ours), ...rivalVersions() };
}
