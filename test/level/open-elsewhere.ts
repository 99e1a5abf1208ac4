/** A program that opens a store, says how that went, and keeps it open until it is ended. Runs as a process and as a worker. */

/** A program that opens a store, says how that went, and keeps it open until it is ended. Runs as a process and as a worker. */
import process, { argv } from "node:process";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { levelStorage } from "rekindle/level";
import { systemClock } from "#src/clock.js";

/** What a program that opens a store says. */
export interface OpenReport {
  readonly opened: boolean;
  readonly code?: string;
  readonly message?: string;
}

const location: unknown = isMainThread ? argv[2] : workerData;

function report(outcome: OpenReport): void {
  parentPort?.postMessage(outcome);
  process.send?.(outcome);
}

function open(): void {
  levelStorage(String(location))
    .open({ clock: systemClock, onFailure: () => undefined })
    .then(
      () => report({ opened: true }),
      (error: unknown) => report({ opened: false, ...codeAndMessage(error) }),
    );
}

// A process opens when it is told to, a worker at once.
if (isMainThread) process.once("message", open);
else open();

// Keeps a worker alive, as the channel to the parent does with a process.
setInterval(() => undefined, 60_000);

function codeAndMessage(error: unknown): { code?: string; message?: string } {
  return error instanceof Error && "code" in error ? { code: String(error.code), message: error.message } : {};
}
