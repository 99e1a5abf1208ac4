/** What `npm run bench` is told, and what it does when it is told nothing. */
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";

export const usage = `npm run bench -- [options]

  --rows 1,2,3        only these rows
  --rounds N          how often everybody takes a turn (default 5)
  --quick             a tenth of the work, 2 rounds: to see that it runs
  --full              row 11 with all of its 10,000,000 events
  --no-rivals         only rekindle and the ceilings; nothing is installed
  --flush-delay MS    on a disk whose every flush takes MS longer (Linux)
  --profile 1b,2      where the microseconds of these rows go, instead of measuring
  --folder DIR        the disk that is measured (default: the folder for temporary files)
  --json [FILE]       everything as JSON, into the file or instead of the tables`;

export interface BenchOptions {
  readonly rows: readonly string[] | undefined;
  readonly rounds: number;
  readonly quick: boolean;
  readonly full: boolean;
  readonly rivals: boolean;
  /** 0: the disk as it is. */
  readonly flushDelayMs: number;
  readonly profile: string | undefined;
  readonly folder: string;
  /** A file, or "-" for standard output. */
  readonly json: string | undefined;
  readonly help: boolean;
  /** All of it as it was given, but for the file of \`--json\`. */
  readonly given: readonly string[];
}

const roundsOfQuick = 2;
const roundsOfWhole = 5;
const flushDelayMsMax = 1_000;

/** @throws TypeError for what it does not know */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: args.map((arg, at) => (arg === "--json" && isOption(args[at + 1]) ? "--json=-" : arg)),
    options: {
      rows: { type: "string" },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      full: { type: "boolean", default: false },
      "no-rivals": { type: "boolean", default: false },
      "flush-delay": { type: "string", default: "0" },
      folder: { type: "string", default: tmpdir() },
      profile: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? roundsOfQuick : roundsOfWhole));
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new TypeError("--rounds takes a whole number from 1");
  const flushDelayMs = Number(values["flush-delay"]);
  if (!(flushDelayMs >= 0 && flushDelayMs <= flushDelayMsMax))
    throw new TypeError(`--flush-delay takes milliseconds from 0 to ${flushDelayMsMax}`);
  return {
    rows: (values.profile ?? values.rows)?.split(","),
    rounds,
    quick: values.quick,
    full: values.full,
    rivals: !values["no-rivals"],
    flushDelayMs,
    profile: values.profile,
    folder: values.folder,
    json: values.json,
    help: values.help,
    given: args.filter((arg, at) => !/^--json\b/.test(arg) && (args[at - 1] !== "--json" || isOption(arg))),
  };
}

function isOption(arg: string | undefined): boolean {
  return arg === undefined || arg.startsWith("--");
}
