/** The stored reference run, and what is made of it: the page and the charts. */
import { readFile } from "node:fs/promises";
import { root } from "../support/project.ts";
import type { BenchRun } from "./bench-run.ts";
import { chart } from "./chart.ts";
import { performancePage } from "./performance-page.ts";
import type { RowProfile } from "./row-profile.ts";

const page = "docs/performance.md";

/** Text by path from the root, as it should be. */
export async function documents(): Promise<ReadonlyMap<string, string>> {
  const disk = await stored<BenchRun>("disk");
  const slowDisk = await stored<BenchRun>("slow-disk");
  const growth = await stored<BenchRun>("growth");
  const profiles = await stored<readonly RowProfile[]>("profiles");
  const text = await readFile(new URL(page, root), "utf8");
  return new Map([
    ["docs/performance.svg", chart(disk)],
    ["docs/performance-slow-disk.svg", chart(slowDisk)],
    [page, performancePage(text, { disk, slowDisk, growth, profiles })],
  ]);
}

async function stored<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(new URL(`test/bench/reference/${name}.json`, root), "utf8"));
}
