/** Runs a script in a process of its own, and another one whenever a process is killed; keeps what they were told. */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { Acknowledgements } from "./acknowledgements.ts";
import { count } from "./amounts.ts";
import type { Screen } from "./screen.ts";
import { exitCodes, type Report, type Task } from "./task.ts";

/** What to run, and where. */
export interface StoryOptions {
  readonly script: string;
  /** Of the store. */
  readonly folder: string;
  readonly screen: Screen;
  /** Default: the worker beside this file. */
  readonly worker?: URL;
}

/** How a worker came to its end. */
interface WorkerEnd {
  readonly pid: number | undefined;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The line that said so; undefined when somebody else did it. */
  readonly crashLine: number | undefined;
  readonly unanswered: number | undefined;
}

/** Resolves with the exit code: 0 when the script came to its end and everything acknowledged is there. */
export async function runStory(options: StoryOptions): Promise<number> {
  const { script, folder, screen } = options;
  const worker = options.worker ?? new URL("./worker.js", import.meta.url);
  let told = new Acknowledgements({ run: randomUUID(), afterOffset: 0, carts: [] });
  let task: Task = { script, folder, fromLine: 1, told: told.data(), recover: false, unanswered: undefined };
  for (;;) {
    const { pid, exitCode, signal, crashLine, unanswered } = await runWorker(worker, task, (report) => {
      if (report.type === "acknowledged") told.add(report.acknowledgement);
      else if (report.type === "opened") told = new Acknowledgements({ ...told.data(), afterOffset: report.offset });
    });
    if (signal === null) return exitCode ?? exitCodes.failed;
    const why = crashLine === undefined ? "from outside" : `by line ${crashLine}`;
    screen.line();
    screen.line(`process ${pid} is killed ${why} (${signal})`, "bad");
    const inFlight = unanswered === undefined ? "" : `, ${count(unanswered, "line")} in flight without an answer`;
    screen.line(`  ${count(told.size, "change")} acknowledged${inFlight}`);
    screen.line();
    // Who kills from outside wants it to end; what it had done is looked at all the same, once.
    if (crashLine === undefined && task.recover && task.fromLine === undefined) return exitCodes.failed;
    const fromLine = crashLine === undefined ? undefined : crashLine + 1;
    task = { script, folder, fromLine, told: told.data(), recover: true, unanswered };
  }
}

async function runWorker(worker: URL, task: Task, onReport: (report: Report) => void): Promise<WorkerEnd> {
  const child: ChildProcess = fork(worker, { execArgv: [] });
  let crashLine: number | undefined;
  let unanswered: number | undefined;
  child.on("message", (report: Report) => {
    if (report.type === "crash") ({ line: crashLine, unanswered } = report);
    else if (report.type === "acknowledged" && unanswered !== undefined) unanswered--;
    onReport(report);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // Comes after the last report has been read, not only after the exit.
    child.once("close", (exitCode, signal) => {
      resolve({ pid: child.pid, exitCode, signal, crashLine, unanswered });
    });
    child.send(task, () => {});
  });
}
