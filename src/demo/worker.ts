/** A process that runs a script, until it ends or is killed; what it was told it reports to the process that started it. */

import process from "node:process";
import type { ActorSystem } from "rekindle";
import { Acknowledgements } from "./acknowledgements.ts";
import { count } from "./amounts.ts";
import { reportEnd, reportRecovery } from "./audit-report.ts";
import { cart } from "./cart.ts";
import { narrated, narrator } from "./narrator.ts";
import { openShop } from "./open-shop.ts";
import { readScript } from "./read-script.ts";
import { ReadSide } from "./read-side.ts";
import { Screen } from "./screen.ts";
import { ScriptError } from "./script-error.ts";
import { ScriptRunner, type Tally } from "./script-runner.ts";
import { exitCodes, type Report, type Task } from "./task.ts";

const screen = new Screen();

process.once("message", obey);
process.on("disconnect", orphaned);

/** Nobody keeps the list of acknowledgements any more; the next run may want the store at once. */
function orphaned(): void {
  process.exit(exitCodes.failed);
}

async function obey(task: Task): Promise<void> {
  try {
    process.exitCode = await work(task);
  } catch (error) {
    screen.error(error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof ScriptError ? exitCodes.misused : exitCodes.failed;
  }
  process.off("disconnect", orphaned);
  if (process.connected) process.disconnect();
}

async function work(task: Task): Promise<number> {
  const system = await openShop(task.folder);
  try {
    const told = new Acknowledgements(
      task.recover ? task.told : { ...task.told, afterOffset: system.readJournal.currentOffset() },
    );
    await report({ type: "opened", offset: told.afterOffset });
    if (task.recover) {
      screen.line(`process ${process.pid} opens the store and recovers`, "title");
      if (!(await reportRecovery(screen, system, told, task.unanswered))) return exitCodes.failed;
      screen.line();
      if (task.fromLine === undefined) {
        screen.line("the script has not come to its end", "bad");
        return exitCodes.failed;
      }
    }
    const readSide = new ReadSide(system, task.folder);
    try {
      return await runLines(system, readSide, task, told);
    } finally {
      await readSide.close();
    }
  } finally {
    await system.terminate();
  }
}

async function runLines(
  system: ActorSystem,
  readSide: ReadSide,
  { script, fromLine = 1 }: Task,
  told: Acknowledgements,
): Promise<number> {
  const goesOn = fromLine === 1 ? "runs the script" : `goes on from line ${fromLine}`;
  screen.line(`process ${process.pid} ${goesOn}`, "title");
  const prefix = `${cart.entityType}|`;
  const subscriber = system.spawn(
    narrator(screen, (id) => (id.startsWith(prefix) ? id.slice(prefix.length) : undefined)),
    "narrator",
  );
  system.eventStream.subscribe(subscriber, narrated);
  const runner = new ScriptRunner(system, told.run, {
    narrator: subscriber,
    acknowledged(acknowledgement) {
      told.add(acknowledgement);
      // When nobody takes it any more, the end of this process is near; see orphaned().
      process.send?.({ type: "acknowledged", acknowledgement } satisfies Report, () => {});
    },
    async crash(line, unanswered) {
      await report({ type: "crash", line, unanswered });
      process.kill(process.pid, "SIGKILL");
    },
  });
  let problem: unknown;
  let tables: readonly string[] = [];
  try {
    try {
      await runner.run(readScript(script, fromLine));
    } finally {
      tables = await readSide.tables(runner.offset);
    }
  } catch (error) {
    problem = error;
  }
  // Whatever became of it, nothing goes on with the carts while they are looked at.
  await readSide.stop();
  await subscriber.ask({ type: "Finish" });
  screen.line();
  screen.line(ending(problem === undefined ? "end of the script" : "stopped", runner.tally, fromLine), "title");
  const kept = await reportEnd(screen, system, told);
  for (const line of tables) screen.line(line);
  if (problem !== undefined) throw problem;
  return kept && runner.tally.failed === 0 ? exitCodes.done : exitCodes.failed;
}

function ending(how: string, { lines, accepted, refused, unhandled, failed }: Tally, fromLine: number): string {
  const parts = [`${accepted} done`, `${refused} refused`];
  if (unhandled > 0) parts.push(`${unhandled} unknown`);
  if (failed > 0) parts.push(`${failed} FAILED`);
  const since = fromLine === 1 ? "" : ` from line ${fromLine} on`;
  return `${how}: ${count(lines, "line")}${since}, ${parts.join(", ")}`;
}

/** Resolves when the report is on its way, so that it survives what comes next. */
function report(message: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(message, () => resolve());
    else resolve();
  });
}
