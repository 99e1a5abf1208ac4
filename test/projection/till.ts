/** A till that sells, for the tests of projections: its events, ways to write many, and what a view of them must be. */
import { type ActorSystem, type Command, type EventSourcedDefinition, eventSourced } from "rekindle";
import { type EventSource, eventsOf } from "rekindle/projection";

export interface Sold {
  readonly type: "Sold";
  readonly sku: string;
  readonly n: number;
}

export interface Opened {
  readonly type: "Opened";
}

export type TillEvent = Sold | Opened;
export type TillCommand = Command<"Sell", { sku: string; n: number }, number> | Command<"Open", {}, "open">;
export type Till = EventSourcedDefinition<TillCommand, TillEvent, number>;

/** Each system has to have one of its own: a definition may be registered once. */
export const till: Till = eventSourced<TillCommand, TillEvent, number>({
  entityType: "till",
  emptyState: 0,
  tagger: (event) => (event.type === "Sold" && event.n > 5 ? ["bulk"] : []),
  commandHandler(_sum, command, { effect }) {
    if (command.type === "Open") return effect.persist({ type: "Opened" }).thenReply(command, () => "open");
    return effect.persist({ type: "Sold", sku: command.sku, n: command.n }).thenReply(command, (sum) => sum);
  },
  eventHandler: (sum, event) => (event.type === "Sold" ? sum + event.n : sum),
});

export const sales: EventSource<TillEvent> = eventsOf(till);

export const skus: readonly string[] = ["apple", "banana", "cherry", "date", "elder", "fig", "grape"];

/** The sales of number `n`: the same for ever. */
export function saleOf(n: number): { readonly id: string; readonly sku: string; readonly n: number } {
  return { id: String(n % 5), sku: skus[(n * 7 + (n >> 2)) % skus.length] ?? "", n: (n % 9) + 1 };
}

/** Sells the numbers from `from` to before `to`, in the order of their numbers at each till. */
export async function sell(system: ActorSystem, from: number, to: number): Promise<void> {
  const asks: Promise<unknown>[] = [];
  for (let n = from; n < to; n++) {
    const { id, ...sale } = saleOf(n);
    asks.push(system.entityRef(till, id).ask({ type: "Sell", ...sale }, { timeoutMs: 60_000 }));
  }
  await Promise.all(asks);
}

/** How many of each were sold with the numbers from 0 to before `to`. */
export function sumsOf(to: number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (let n = 0; n < to; n++) {
    const { sku, n: sold } = saleOf(n);
    sums[sku] = (sums[sku] ?? 0) + sold;
  }
  return sums;
}
