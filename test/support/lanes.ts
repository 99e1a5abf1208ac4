/**
 * Runs the tests in several mocha processes side by side, since one leaves a core idle: `npm test -- --grep mailbox` goes to all.
 * The first lane is shown as it runs, the others when all have ended; the tally of all is the result. `--quick` simulates fewer seeds.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

interface Tally {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

const tests = ".build/test";
/** What computes long, and what starts processes and waits for them; everything else is the last lane. */
const lanesOfFolders = [
  ["simulation", "crash", "sample", "nact", "tck"],
  ["demo", "cli"],
] as const;
const tallyFile = ".build/tally.json";

const lanes: readonly (readonly string[])[] = [
  ...lanesOfFolders.map((folders) => [`${tests}/{${folders.join(",")}}/**/*.test.js`]),
  [`${tests}/**/*.test.js`, ...lanesOfFolders.flat().flatMap((folder) => ["--ignore", `${tests}/${folder}/**`])],
];

const quickSeeds = "200";
const options = process.argv.slice(2).filter((option) => option !== "--quick");
const quick = options.length < process.argv.length - 2;

function start(files: readonly string[], lane: number, shown: boolean): ChildProcess {
  const mocha = join("node_modules", "mocha", "bin", "mocha.js");
  const tally = laneTally(lane);
  return spawn(process.execPath, [mocha, ...files, "--pass-with-no-tests", ...options], {
    env: {
      ...(quick && { SIMULATION_SEEDS: quickSeeds }),
      ...process.env,
      TALLY_FILE: tally,
      ...(process.stdout.isTTY && { FORCE_COLOR: "1" }),
    },
    stdio: ["ignore", shown ? "inherit" : "pipe", "inherit"],
  });
}

function laneTally(lane: number): string {
  return join(".build", "tallies", `${lane}.json`);
}

function read(lane: number): Tally | undefined {
  try {
    return JSON.parse(readFileSync(laneTally(lane), "utf8"));
  } catch {
    return undefined;
  }
}

async function main(): Promise<void> {
  rmSync(join(".build", "tallies"), { recursive: true, force: true });
  mkdirSync(join(".build", "tallies"), { recursive: true });
  const children = lanes.map((files, lane) => start(files, lane, lane === 0));
  const held = children.map(({ stdout }) => {
    const chunks: Buffer[] = [];
    stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
    return chunks;
  });
  const codes = await Promise.all(children.map(async (child) => (await once(child, "close"))[0]));
  for (const chunks of held) process.stdout.write(Buffer.concat(chunks));
  const tallies = lanes.map((_, lane) => read(lane));
  const sum = (key: keyof Tally): number => tallies.reduce((total, tally) => total + (tally?.[key] ?? 0), 0);
  const total: Tally = { passes: sum("passes"), failures: sum("failures"), pending: sum("pending") };
  process.stdout.write(`\n  ${total.passes} passing, ${total.failures} failing in all lanes\n`);
  const complete = tallies.every((tally) => tally !== undefined);
  if (complete) writeFileSync(tallyFile, `${JSON.stringify(total)}\n`);
  process.exitCode = complete && codes.every((code) => code === 0) && total.passes > 0 ? 0 : 1;
}

await main();
