import { type ActorSystem, type Command, eventSourced } from "rekindle";
import { filter, from, map, type Observable } from "rxjs";

type AccountCommand = Command<"Deposit", { amount: number }, number>;
type AccountEvent = { type: "Deposited"; amount: number };

export const account = eventSourced<AccountCommand, AccountEvent, number>({
  entityType: "account",
  emptyState: 0,
  commandHandler: (_balance, command, { effect }) =>
    effect.persist({ type: "Deposited", amount: command.amount }).thenReply(command, (balance) => balance),
  eventHandler: (balance, event) => balance + event.amount,
  tagger: (event) => (event.amount >= 1_000 ? ["large"] : []),
});

/** Everything there is, and then it ends. */
export async function total(system: ActorSystem): Promise<number> {
  let sum = 0;
  for await (const { event } of system.readJournal.events({ entityType: "account" }))
    sum += (event as AccountEvent).amount;
  return sum;
}

/** What is stored after an offset, then what comes, until `signal` is aborted or the system terminates. */
export async function watchLarge(
  system: ActorSystem,
  fromOffset: number,
  signal: AbortSignal,
  tell: (entityId: string, offset: number) => void,
): Promise<void> {
  for await (const { entityId, offset } of system.readJournal.eventsByTag("large", { live: true, fromOffset, signal }))
    tell(entityId, offset);
}

/** For rxjs; unsubscribing lets go of the query. */
export function deposits(system: ActorSystem, atLeast: number): Observable<string> {
  return from(system.readJournal.events({ live: true, entityType: "account" })).pipe(
    filter(({ event }) => (event as AccountEvent).amount >= atLeast),
    map(({ entityId, event }) => `${entityId} ${(event as AccountEvent).amount}`),
  );
}

/** The balance as it was. */
export async function balanceAt(system: ActorSystem, id: string, time: Date): Promise<number> {
  const { state } = await system.readJournal.stateAt(account, id, { timestamp: time.getTime() });
  return state;
}
