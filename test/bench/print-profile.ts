/** `npm run bench -- --profile ROW`: where each microsecond of a command goes, by part and by function. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { root } from "../support/project.ts";
import { type CpuProfile, type Share, sharesOf } from "./profile-parts.ts";
import { profileVariable } from "./profiler.ts";
import type { Row } from "./rows/row.ts";
import { runTrial, withStoreIn } from "./run-trial.ts";
import { number } from "./table.ts";

const functionsShown = 30;
const usWidth = 9;
const shareWidth = 8;

/** @returns what to print */
export async function profileOf({ id, title, subjects }: Row, folder: string): Promise<string> {
  const ours = subjects.find(({ role }) => role === "ours");
  if (!ours) throw new TypeError(`row ${id} has nothing of rekindle to profile`);
  const file = fileURLToPath(new URL(`.build/profile-${id}.cpuprofile`, root));
  const figures = await withStoreIn(folder, async (store) => {
    if (ours.prepare) await runTrial(ours.prepare, store, {});
    return runTrial(ours.trial, store, { [profileVariable]: file });
  });
  const { calls } = figures;
  if (calls === undefined) throw new TypeError(`row ${id} cannot be profiled`);
  const profile: CpuProfile = JSON.parse(await readFile(file, "utf8"));
  const { totalUs, parts, functions } = sharesOf(profile);
  const line = ({ name, us }: Share): string =>
    `${number(us / calls, 2).padStart(usWidth)}${`${number((us * 100) / totalUs, 1)} %`.padStart(shareWidth)}  ${name}`;
  return [
    `Row ${id}, ${title}: ${number(totalUs / calls, 2)} µs a command on the main thread, ${number(calls, 0)} commands`,
    "(self time; what LevelDB does on its own threads is not in it, and the profiler itself costs a little)",
    "",
    "us each   share  part",
    ...parts.map(line),
    "",
    "us each   share  function",
    ...functions.slice(0, functionsShown).map(line),
    "",
    `The profile, for a viewer: ${file}`,
  ].join("\n");
}
