/** Messages to one plain actor, and questions to it; ours and nact's. */

import { ActorSystem, actor, type Command } from "rekindle";
import { dispatch, query, spawn, start, stop } from "../../support/nact.ts";
import type { Figures } from "../figures.ts";
import { type Budget, closedLoop, inBatches, ratesOf, warmUp } from "../measure.ts";
import { whileProfiled } from "../profiler.ts";

export interface Messaging {
  readonly runtime: "rekindle" | "nact";
  readonly pattern: "tell" | "ask";
  /** How many messages are under way at a time. */
  readonly inFlight: number;
  readonly budget: Budget;
}

/** One actor that counts. */
interface Counter {
  /** Sends so many messages at once; resolves when the last was handled. */
  tellMany(messages: number): Promise<void>;
  ask(): Promise<unknown>;
  handled(): number;
  close(): Promise<void>;
}

const askTimeoutMs = 120_000;

export async function messaging({ runtime, pattern, inFlight, budget }: Messaging): Promise<Figures> {
  const counter = runtime === "nact" ? nactCounter() : await ourCounter();
  const run =
    pattern === "ask"
      ? (part: Budget) => closedLoop(part, inFlight, () => counter.ask())
      : (part: Budget) => closedLoop(part, 1, () => counter.tellMany(inFlight));
  const whole = pattern === "ask" ? budget : inBatches(budget, inFlight);
  const before = await run(warmUp(whole));
  const loop = await whileProfiled(() => run(whole));
  const each = pattern === "ask" ? 1 : inFlight;
  const [handled, sent] = [counter.handled(), (before.calls + loop.calls) * each];
  await counter.close();
  if (handled !== sent) throw new Error(`${handled} of ${sent} messages were handled`);
  return ratesOf(loop, each);
}

type CounterMessage = Command<"Count", object, number> | Command<"Note", { readonly last?: () => void }>;

async function ourCounter(): Promise<Counter> {
  const system = await ActorSystem.create("bench", { askTimeoutMs });
  let handled = 0;
  const ref = system.spawn(
    actor<CounterMessage, number>({
      initialState: 0,
      receive(state, message, { reply }) {
        handled++;
        if (message.type === "Count") reply(handled);
        else message.last?.();
        return state + 1;
      },
    }),
    "counter",
  );
  return {
    tellMany: (messages) => tellMany(messages, (message) => ref.tell(message)),
    ask: () => ref.ask({ type: "Count" }),
    handled: () => handled,
    close: () => system.terminate(),
  };
}

function nactCounter(): Counter {
  const system = start({ name: "bench" });
  let handled = 0;
  const ref = spawn(
    system,
    (state: number, message: CounterMessage, { sender }) => {
      handled++;
      if (message.type === "Count") dispatch(sender, handled);
      else message.last?.();
      return state + 1;
    },
    "counter",
  );
  return {
    tellMany: (messages) => tellMany(messages, (message) => dispatch(ref, message)),
    ask: () => query(ref, { type: "Count" }, askTimeoutMs),
    handled: () => handled,
    close: async () => stop(system),
  };
}

function tellMany(messages: number, tell: (message: CounterMessage) => void): Promise<void> {
  return new Promise((resolve) => {
    const message: CounterMessage = { type: "Note" };
    for (let left = messages; left > 1; left--) tell(message);
    tell({ type: "Note", last: resolve });
  });
}
