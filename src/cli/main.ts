#!/usr/bin/env node
/** The command `rekindle`: finds the command that is meant, runs it, and ends with its exit status. */
import { createRequire } from "node:module";
import process from "node:process";
import { parseArgs } from "node:util";
import { RecoveryFailedError, StorageCorruptedError } from "../errors.ts";
import { commands } from "./commands.ts";
import { exitStatus, MisuseError } from "./exit-status.ts";
import { Output } from "./output.ts";
import { usage } from "./usage.ts";

const output = new Output();

const options = {
  json: { type: "boolean" },
  "expect-head": { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  at: { type: "string" },
  module: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

async function main(): Promise<number> {
  const { values, positionals } = parse();
  const [name, ...operands] = positionals;
  if (values.version) {
    await output.line(version());
    return exitStatus.ok;
  }
  if (values.help || name === undefined) {
    await output.line(usage);
    return values.help ? exitStatus.ok : exitStatus.refused;
  }
  const command = commands[name];
  if (!command) throw new MisuseError(`there is no command ${name}`);
  if (operands.length !== command.operands.length) throw new MisuseError(`${name} takes ${command.operands.join(" ")}`);
  for (const option of Object.keys(values)) {
    if (!command.options.includes(option)) throw new MisuseError(`${name} takes no --${option}`);
  }
  return command.run(output, operands, values);
}

function parse(): ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>> {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new MisuseError(error instanceof Error ? error.message : String(error));
  }
}

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)("../../package.json");
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "";
}

function report(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof MisuseError ? " (rekindle --help)" : "";
  output.problem(`rekindle: ${message.split("\n")[0]}${hint}`);
  const incomplete = error instanceof StorageCorruptedError || error instanceof RecoveryFailedError;
  return incomplete ? exitStatus.faults : exitStatus.refused;
}

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.exitCode = report(error);
  },
);
