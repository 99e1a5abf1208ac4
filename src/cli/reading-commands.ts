/** The commands that print what is in a store. */
import { exportStore, inspectStore } from "../level.ts";
import { type CommandOptions, sequenceNrOf } from "./command-options.ts";
import { exitStatus } from "./exit-status.ts";
import { withStore } from "./open-store.ts";
import type { Output } from "./output.ts";

export async function info(
  output: Output,
  [location = ""]: readonly string[],
  { json }: CommandOptions,
): Promise<number> {
  const { format, bytes, owner, streams, snapshots, lastOffset } = await inspectStore(location);
  if (json) {
    await output.line(JSON.stringify({ location, format, bytes, owner, streams, snapshots, lastOffset }));
    return exitStatus.ok;
  }
  await output.line(`location     ${location}`);
  await output.line(`format       ${format}`);
  await output.line(`size         ${bytes} bytes`);
  await output.line(`owner        ${owner ?? "nobody has it open"}`);
  if (owner !== undefined) return exitStatus.ok;
  await output.line(`streams      ${streams}`);
  await output.line(`snapshots    ${snapshots}`);
  await output.line(`last offset  ${lastOffset}`);
  return exitStatus.ok;
}

export async function persistenceIds(output: Output, [location = ""]: readonly string[]): Promise<number> {
  await withStore(output, location, async ({ journal }) => {
    for await (const ids of journal.persistenceIds()) {
      for (const id of ids) await output.line(id);
      if (output.gone) return;
    }
  });
  return exitStatus.ok;
}

export async function events(
  output: Output,
  [location = "", persistenceId = ""]: readonly string[],
  { from, to, json }: CommandOptions,
): Promise<number> {
  const range = { fromSequenceNr: sequenceNrOf("from", from), toSequenceNr: sequenceNrOf("to", to) };
  await withStore(output, location, async ({ journal }) => {
    for await (const batch of journal.read(persistenceId, range)) {
      for (const event of batch) {
        const { sequenceNr, timestamp, type, payload } = event;
        const plain = `${sequenceNr} ${new Date(timestamp).toISOString()} ${type} ${JSON.stringify(payload)}`;
        await output.line(json ? JSON.stringify(event) : plain);
      }
      if (output.gone) return;
    }
  });
  return exitStatus.ok;
}

export async function exportLines(output: Output, [location = ""]: readonly string[]): Promise<number> {
  await exportStore(location, (line) => output.line(line));
  return exitStatus.ok;
}
