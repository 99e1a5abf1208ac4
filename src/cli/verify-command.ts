/** `rekindle verify`: the full scrub. */
import type { VerificationReport } from "../storage/maintenance.ts";
import type { CommandOptions } from "./command-options.ts";
import { exitStatus } from "./exit-status.ts";
import { withStore } from "./open-store.ts";
import type { Output } from "./output.ts";

export async function verify(
  output: Output,
  [location = ""]: readonly string[],
  { json, "expect-head": expectedHead }: CommandOptions,
): Promise<number> {
  const found = await withStore(output, location, ({ maintenance }) =>
    maintenance.verify({ onProgress: (done, total) => output.progress("verifying", done, total) }),
  );
  output.endProgress();
  const report = compareHead(found, expectedHead);
  if (json) await output.line(JSON.stringify(report));
  else await print(output, location, report);
  return report.ok ? exitStatus.ok : exitStatus.faults;
}

function compareHead(report: VerificationReport, expectedHead: string | undefined): VerificationReport {
  if (expectedHead === undefined || expectedHead === report.headDigest) return report;
  const fault = { where: "the end of the chain", problem: `its digest is not ${expectedHead}` };
  return { ...report, ok: false, faults: [...report.faults, fault] };
}

async function print(output: Output, location: string, report: VerificationReport): Promise<void> {
  for (const { where, problem } of report.faults) await output.line(`FAULT ${where}: ${problem}`);
  const { streams, events, commits, snapshots, highestOffset, headDigest } = report;
  await output.line(report.ok ? `${location} is whole.` : `${location} has ${report.faults.length} faults.`);
  await output.line(`streams ${streams}, events ${events}, commits ${commits}, snapshots ${snapshots}`);
  await output.line(`last offset ${highestOffset}`);
  await output.line(`head ${headDigest || "none"}`);
}
