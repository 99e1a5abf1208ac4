/** The options of the command line, and what a command is. */
import { MisuseError } from "./exit-status.ts";
import type { Output } from "./output.ts";

/** As they were given. */
export interface CommandOptions {
  readonly json?: boolean | undefined;
  readonly "expect-head"?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly at?: string | undefined;
  readonly module?: string | undefined;
}

/** Resolves with the exit status. */
export type RunCommand = (output: Output, operands: readonly string[], options: CommandOptions) => Promise<number>;

/** @throws MisuseError when it is no sequence number */
export function sequenceNrOf(option: "from" | "to", text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new MisuseError(`--${option} takes a sequence number, not ${text}`);
  return Number(text);
}
