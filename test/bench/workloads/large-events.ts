/** Large events: one entity with some in flight, and raw batches of the same texts. */
import { randomBytes } from "node:crypto";
import { ActorSystem, type Command, eventSourced } from "rekindle";
import { levelStorage } from "rekindle/level";
import type { Figures } from "../figures.ts";
import { mib } from "../heap.ts";
import { type Budget, closedLoop, inBatches, type LoopResult, ratesOf, warmUp } from "../measure.ts";
import { whileProfiled } from "../profiler.ts";
import { withRawStore } from "../raw-store.ts";
import { askTimeoutMs } from "../rekindle-carts.ts";

export interface LargeEvents {
  readonly subject: "rekindle" | "raw";
  readonly bytes: number;
  /** Events under way at a time, and in a raw batch. */
  readonly inFlight: number;
  /** Of events. */
  readonly budget: Budget;
}

interface Note {
  readonly type: "Noted";
  readonly text: string;
}

/** Texts that do not repeat each other: pieces of this one. */
const source = randomBytes(6 * mib).toString("base64");

function note(n: number, bytes: number): Note {
  const at = (n * 7_919) % (source.length - bytes);
  return { type: "Noted", text: source.slice(at, at + bytes) };
}

const notebook = eventSourced<
  Command<"Note", { text: string }, number> | Command<"Count", object, number>,
  Note,
  { readonly notes: number }
>({
  entityType: "notebook",
  emptyState: { notes: 0 },
  commandHandler(state, command, { effect }) {
    if (command.type === "Count") return effect.reply(command, state.notes);
    return effect.persist({ type: "Noted", text: command.text }).thenReply(command, (after) => after.notes);
  },
  eventHandler: ({ notes }) => ({ notes: notes + 1 }),
});

export async function largeEvents(parameters: LargeEvents, folder: string): Promise<Figures> {
  const { before, loop, each, stored } = await (parameters.subject === "raw" ? raw : notes)(parameters, folder);
  const written = (before.calls + loop.calls) * each;
  if (stored !== written) throw new Error(`${stored} of ${written} events were there after reopening`);
  const rates = ratesOf(loop, each);
  return { ...rates, mibPerSecond: (rates.perSecond * parameters.bytes) / mib };
}

interface Written {
  readonly before: LoopResult;
  readonly loop: LoopResult;
  /** Events a call. */
  readonly each: number;
  readonly stored: number;
}

async function notes({ bytes, inFlight, budget }: LargeEvents, folder: string): Promise<Written> {
  const [before, loop] = await withNotebook(folder, async (ref) => {
    const send = (n: number): Promise<unknown> => ref.ask({ type: "Note", text: note(n, bytes).text });
    const warm = await closedLoop(warmUp(budget), inFlight, send);
    return [warm, await whileProfiled(() => closedLoop(budget, inFlight, send))];
  });
  return { before, loop, each: 1, stored: await withNotebook(folder, (ref) => ref.ask({ type: "Count" })) };
}

type NotebookRef = ReturnType<typeof refOf>;

function refOf(system: ActorSystem) {
  return system.entityRef(notebook, "1");
}

async function withNotebook<T>(folder: string, work: (ref: NotebookRef) => Promise<T>): Promise<T> {
  const system = await ActorSystem.create("bench", { storage: levelStorage(folder), askTimeoutMs });
  try {
    return await work(refOf(system));
  } finally {
    await system.terminate();
  }
}

async function raw({ bytes, inFlight, budget }: LargeEvents, folder: string): Promise<Written> {
  const batches = inBatches(budget, inFlight);
  let n = 0;
  const [before, loop] = await withRawStore(folder, async (db) => {
    const write = (): Promise<void> => {
      const batch = db.batch();
      for (let left = inFlight; left > 0; left--)
        batch.put(String(n).padStart(16, "0"), Buffer.from(JSON.stringify(note(n++, bytes))));
      return batch.write({ sync: true });
    };
    return [await closedLoop(warmUp(batches), 1, write), await closedLoop(batches, 1, write)];
  });
  const stored = await withRawStore(folder, async (db) => {
    let count = 0;
    for await (const _key of db.keys()) count++;
    return count;
  });
  return { before, loop, each: inFlight, stored };
}
