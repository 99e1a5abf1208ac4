/** Where each microsecond of a command goes: the profile of what a row does with rekindle. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { root } from "../support/project.ts";
import { type CpuProfile, type Share, sharesOf } from "./profile-parts.ts";
import { profileVariable } from "./profiler.ts";
import type { Row } from "./rows/row.ts";
import { runTrial, withStoreIn } from "./run-trial.ts";
import { number } from "./table.ts";

export interface RowProfile {
  readonly id: string;
  readonly title: string;
  /** Commands, events or messages, whatever the row counts. */
  readonly calls: number;
  readonly totalUs: number;
  readonly parts: readonly Share[];
  /** Those that take longest. */
  readonly functions: readonly Share[];
}

const functionsShown = 30;
const usWidth = 9;
const shareWidth = 8;

export async function rowProfile({ id, title, subjects }: Row, folder: string): Promise<RowProfile> {
  const ours = subjects.find(({ role }) => role === "ours");
  if (!ours) throw new TypeError(`row ${id} has nothing of rekindle to profile`);
  const file = fileURLToPath(new URL(`.build/profile-${id}.cpuprofile`, root));
  const { calls } = await withStoreIn(folder, async (store) => {
    if (ours.prepare) await runTrial(ours.prepare, store, {});
    return runTrial(ours.trial, store, { [profileVariable]: file });
  });
  if (calls === undefined) throw new TypeError(`row ${id} cannot be profiled`);
  const profile: CpuProfile = JSON.parse(await readFile(file, "utf8"));
  const { totalUs, parts, functions } = sharesOf(profile);
  return { id, title, calls, totalUs, parts, functions: functions.slice(0, functionsShown) };
}

export function profileTable({ id, title, calls, totalUs, parts, functions }: RowProfile): string {
  const line = ({ name, us }: Share): string =>
    `${number(us / calls, 2).padStart(usWidth)}${`${number((us * 100) / totalUs, 1)} %`.padStart(shareWidth)}  ${name}`;
  return [
    `${id.padEnd(3)} ${title}`,
    `    ${number(totalUs / calls, 2)} µs each on the main thread, ${number(calls, 0)} times; self time`,
    "  µs each   share  part",
    ...parts.map(line),
    "  µs each   share  function",
    ...functions.map(line),
    "",
  ].join("\n");
}
