/** A worker that reports, just before its crash, a change that it never stored. */

import process from "node:process";
import type { Report } from "#src/demo/task.js";

const send = process.send?.bind(process);

process.send = (message: Report, ...rest: unknown[]): boolean => {
  if (message.type === "crash") {
    const acknowledgement = { cart: "42", line: message.line - 1, type: "AddItem", revision: 1_000, total: 5 } as const;
    send?.({ type: "acknowledged", acknowledgement } satisfies Report);
  }
  const sent: unknown = Reflect.apply(send ?? (() => false), process, [message, ...rest]);
  return sent === true;
};

await import("#src/demo/worker.js");
