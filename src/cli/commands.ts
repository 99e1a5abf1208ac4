/** All commands by name. */

import type { RunCommand } from "./command-options.ts";
import { backup, importFile, salvage } from "./copying-commands.ts";
import { events, exportLines, info, persistenceIds } from "./reading-commands.ts";
import { state } from "./state-command.ts";
import { verify } from "./verify-command.ts";

/** A command. */
export interface Command {
  readonly operands: readonly string[];
  readonly options: readonly string[];
  readonly run: RunCommand;
}

/** By name. */
export const commands: Readonly<Record<string, Command | undefined>> = {
  verify: { operands: ["DIR"], options: ["json", "expect-head"], run: verify },
  backup: { operands: ["DIR", "TARGET"], options: [], run: backup },
  salvage: { operands: ["DIR", "TARGET"], options: [], run: salvage },
  info: { operands: ["DIR"], options: ["json"], run: info },
  "persistence-ids": { operands: ["DIR"], options: [], run: persistenceIds },
  events: { operands: ["DIR", "ID"], options: ["from", "to", "json"], run: events },
  state: { operands: ["DIR", "TYPE", "ID"], options: ["at", "module"], run: state },
  export: { operands: ["DIR"], options: [], run: exportLines },
  import: { operands: ["FILE", "DIR"], options: [], run: importFile },
};
