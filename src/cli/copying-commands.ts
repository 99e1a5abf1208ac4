/** The commands that make a store out of something. */
import { type FileHandle, open } from "node:fs/promises";
import { importStore, salvageStore } from "../level.ts";
import { exitStatus } from "./exit-status.ts";
import { withStore } from "./open-store.ts";
import type { Output } from "./output.ts";

export async function backup(output: Output, [location = "", target = ""]: readonly string[]): Promise<number> {
  await withStore(output, location, ({ maintenance }) => maintenance.backup(target));
  await output.line(`${target} is a proved copy of ${location}.`);
  return exitStatus.ok;
}

export async function salvage(output: Output, [location = "", target = ""]: readonly string[]): Promise<number> {
  const { streams, events, snapshots, missing, unreadable } = await salvageStore(location, target);
  for (const line of unreadable) await output.line(`UNREADABLE ${line}`);
  for (const line of missing) await output.line(`MISSING ${line}`);
  await output.line(`${target} has ${streams} streams, ${events} events, ${snapshots} snapshots.`);
  const whole = missing.length === 0 && unreadable.length === 0;
  await output.line(whole ? "Nothing is missing." : `${location} was left as it is.`);
  return whole ? exitStatus.ok : exitStatus.faults;
}

export async function importFile(output: Output, [file = "", location = ""]: readonly string[]): Promise<number> {
  const input = await open(file);
  try {
    const { events, streams, headDigest } = await importStore(linesOf(input), location);
    await output.line(`${location} has ${streams} streams, ${events} events.`);
    await output.line(`head ${headDigest || "none"}`);
    return exitStatus.ok;
  } finally {
    await input.close();
  }
}

/** Reading begins with the first line that is asked for: what readline gives before is lost. */
async function* linesOf(input: FileHandle): AsyncGenerator<string, void, undefined> {
  yield* input.readLines({ autoClose: false });
}
