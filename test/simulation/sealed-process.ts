/** A process in which nothing but the simulation can make anything happen: no real timers, no real clock, no real chance. */
import process from "node:process";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";

const realSetImmediate = globalThis.setImmediate;

/** Lets every promise that can go on go on; nothing else is able to happen meanwhile, so this is quiescence and takes no time. */
export function settlePromises(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve));
}

/** Seals the process; the result opens it again. `onUnhandled` hears of promises whose rejection nobody handles. */
export function sealProcess(time: VirtualTime, random: Random, onUnhandled: (reason: unknown) => void): () => void {
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", onUnhandled);
  const restore = [
    replace(globalThis, "setImmediate", (callback: (...args: unknown[]) => void, ...args: unknown[]) =>
      time.addTurn(() => callback(...args)),
    ),
    replace(globalThis, "clearImmediate", (turn: ReturnType<VirtualTime["addTurn"]>) => time.removeTurn(turn)),
    replace(globalThis, "setTimeout", forbidden("setTimeout")),
    replace(globalThis, "setInterval", forbidden("setInterval")),
    replace(Date, "now", forbidden("Date.now")),
    replace(performance, "now", forbidden("performance.now")),
    // Most errors are expected here, and their stacks cost more than everything else.
    replace(Error, "stackTraceLimit", 0),
    replace(Math, "random", () => random.next()),
  ];
  return () => {
    for (const undo of restore) undo();
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  };
}

function forbidden(name: string): () => never {
  return () => {
    throw new Error(`${name} was called inside the simulation`);
  };
}

function replace(owner: object, name: string, value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => {
    if (own) Object.defineProperty(owner, name, own);
    else Reflect.deleteProperty(owner, name);
  };
}
